"""An invented case of the invented airline Northline Air, and a mail server of its own for each test that needs one."""

import ipaddress
import math
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.casefile import Carrier, CaseClaim, CaseFile, Outlook, SilentSource, SiteArrival
from alerts.domain import Delivery, Finding, Incident, Level, Part, Person, Status
from graph.domain import Forecast, GrowthPoint
from monitor.domain import Account, AccountKey, Assessment, Post, PostKey

NOW = datetime(2024, 5, 7, 13, 17, tzinfo=UTC)
BEGAN = NOW.replace(hour=9, minute=41)
FIRED = NOW.replace(hour=12, minute=47)
PRESS = NOW.replace(hour=13, minute=2)
ROOT = PostKey("bluesky", "root")
SINGER = AccountKey("bluesky", "did:plc:lowstring")


def post(id: str, author: AccountKey, text: str, at: datetime, language: str, **more: Any) -> Post:
    read = Assessment(language, True, 0.9, -0.8, 1, "property")
    url = f"https://social.northline.example/{id}"
    return Post(PostKey("bluesky", id), author, text, at, at, url=url, language=language, assessment=read, **more)


def growth(size: int) -> tuple[GrowthPoint, ...]:
    minutes = int((NOW - BEGAN).total_seconds() / 60)
    counts = [max(1, round(math.exp(math.log(size) * m / minutes))) for m in range(0, minutes + 1, 6)]
    return tuple(GrowthPoint(BEGAN + timedelta(minutes=6 * i), n) for i, n in enumerate(counts))


def northline_incident() -> Incident:
    harm = Part("harm_words", 31, 10, n=638, note="refund ×31, broken ×212")
    finding = Finding(
        *("viral_complaint", "3", "northline", "bluesky:root", "viral_complaint", Level.escalate),
        *((harm,), (ROOT,), "viral", NOW),
    )
    return Incident(
        id="c0ffee12",
        brand="northline",
        issue="bluesky:root",
        kind="viral_complaint",
        level=Level.escalate,
        status=Status.open,
        started_at=BEGAN,
        fired_at=FIRED,
        updated_at=NOW,
        last_finding_at=NOW,
        peak_level=Level.escalate,
        root=ROOT,
        title="they broke my guitar",
        latest=(finding,),
    )


def claimed(first: Post, quote: str, posts: int, passed_on: int) -> CaseClaim:
    sites, languages = (first.key.source,), (first.language or "",)
    return CaseClaim(quote[:8], frozenset((quote[:8],)), quote, 0.9, first, posts, posts, passed_on, sites, languages)


def northline_case() -> CaseFile:
    claim = post("root", SINGER, "they broke my guitar and nobody wants to know", BEGAN, "en")
    bridge = Carrier(
        AccountKey("bluesky", "did:plc:gate"),
        "gatewatch",
        "Gate Watch",
        48_200,
        611,
        0.32,
        540,
        210,
        40.0,
        "bridge",
        BEGAN,
    )
    korean = post(
        "p2",
        AccountKey("bluesky", "byeol_02"),
        "수하물로 맡긴 기타가 부러졌는데 답이 없네요",
        NOW - timedelta(hours=2),
        "ko",
    )
    second = post("p3", bridge.account, "flew them weekly for six years. not any more", NOW - timedelta(hours=1), "en")
    return CaseFile(
        incident=northline_incident(),
        brand_title="Northline Air",
        now=NOW,
        claim=claim,
        origin=Account(SINGER, "lowstring", NOW, "Low String", 1140, "en"),
        size=1930,
        last_hour=412,
        expected_hour=18.0,
        accounts=1700,
        assessed=638,
        complaints=453,
        by_language={"en": 590, "ko": 48},
        not_assessed=12,
        doubling=timedelta(minutes=40),
        depth=7,
        virality=5.2,
        explicit_share=0.81,
        reach=273_400,
        growth=growth(1930),
        views=(),
        forecast=Forecast(ROOT, NOW, timedelta(days=7), 1930, 6000, 12_000, 40_000, "log_linear", "1", 0.82, 200),
        outlook=(Outlook(1, 2200, 2700, 3400), Outlook(6, 5210, 8100, 14_020), Outlook(24, 7300, 13_000, 29_800)),
        sites=(
            SiteArrival("bluesky", BEGAN, press=False),
            SiteArrival("mastodon", BEGAN + timedelta(minutes=39), press=False),
            SiteArrival("feed", PRESS, press=True),
        ),
        press_at=PRESS,
        carriers=(bridge,),
        examples=(claim, second, korean),
        roots=(ROOT,),
        silent=(SilentSource("x", NOW - timedelta(hours=3), "rate limit until 14:20"),),
        claims=(
            claimed(claim, "they broke my guitar", 212, 1300),
            claimed(korean, "수하물로 맡긴 기타가 부러졌는데 답이 없네요", 1, 0),
        ),
        unread={"ja": 9, "": 3},
    )


@pytest.fixture
def case() -> CaseFile:
    return northline_case()


@pytest.fixture
def delivery() -> Delivery:
    return Delivery("c0ffee12", "level:escalate", 0, "Mina", "email", FIRED, id=1, attempts=1)


@pytest.fixture
def mina() -> Person:
    return Person("Mina", "mina@northline.example")


@dataclass
class Mail:
    """One mail as the server took it."""

    recipients: list[str]
    content: bytes
    encrypted: bool
    login: str | None


@dataclass
class MailServer:
    """A real SMTP server on the loopback interface; ``answers`` scripts replies by the recipient's local part."""

    port: int
    ca_file: Path
    mails: list[Mail] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    after_data: list[str] = field(default_factory=list)  # replies to DATA, first one first; empty: accepted

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        script = self.answers.get(address.partition("@")[0])
        if script:
            answer = script.pop(0)
            if answer == "drop":
                server.transport.close()
                return "421 gone"
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.after_data:
            return self.after_data.pop(0)
        encrypted = server.transport.get_extra_info("sslcontext") is not None
        login = session.auth_data.login.decode() if session.auth_data else None
        self.mails.append(Mail(envelope.rcpt_tos, envelope.content, encrypted, login))
        return "250 2.0.0 Queued"


LOGIN, PASSWORD = "alerts", "correct horse battery"


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (LOGIN.encode(), PASSWORD.encode())
    if good:
        session.auth_data = data
        return AuthResult(success=True, auth_data=data)
    said = data.password.decode() if isinstance(data, LoginPassword) else ""
    return AuthResult(success=False, handled=False, message=f"535 5.7.8 wrong: {said}")  # a server that tells it all


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost made for this run, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def start_server(certificate: tuple[Path, Path]) -> Iterator[Callable[..., MailServer]]:
    """Starts mail servers: ``start_server("starttls")``, "tls" or "none"; all stop after the test."""
    running: list[Controller] = []

    def start(security: str = "starttls") -> MailServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options: dict[str, Any] = {"authenticator": _authenticate}
        if security == "starttls":
            options |= {"tls_context": context, "require_starttls": True, "auth_required": True}
        elif security == "tls":
            options |= {"ssl_context": context, "auth_require_tls": False}
        server = MailServer(port, certificate[0])
        controller = Controller(server, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return server

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def server(start_server: Callable[..., MailServer]) -> MailServer:
    """A server that wants STARTTLS and a login."""
    return start_server("starttls")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
