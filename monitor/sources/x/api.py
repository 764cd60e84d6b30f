"""Asking the X API: with the key, within the ceiling of money, each kind of request under its own rate limit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import floor
from typing import Any, Literal

from monitor import payload
from monitor.errors import BadPayload, BudgetSpent, NotFound, SourceError, Unauthorised
from monitor.http import HttpClient, Response
from monitor.http_errors import error_for, place
from monitor.ledger import Allowance
from monitor.sources.x.config import NAME, PORTAL, Config
from monitor.sources.x.money import ROUNDING, Purse

SEARCH = "/2/tweets/search/recent"
MOST_IDS = 100  # in one look-up
GONE, HIDDEN = "resource-not-found", "not-authorized-for-resource"
_CAPPED = timedelta(hours=1)  # until X is asked again after it said that the plan is used up; a person may act
_SPOKEN = frozenset((200, 402, 403, 429))  # answers whose body tells what is meant


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. ``least`` and ``most`` are the sizes of page that X takes; 0: the request has no page size."""

    path: str
    bucket: str  # the rate limit it falls under
    params: Mapping[str, str] = field(default_factory=dict)
    least: int = 0
    most: int = 0
    items: int = 0  # how many things it asks for, where it has no page size
    of: Literal["posts", "users"] = "posts"
    authors: bool = True  # whether the authors come along
    referenced: bool = False  # whether the posts that are quoted or answered come along
    returning: bool = False  # to posts that are known already


class Api:
    """Requests to X. All methods raise SourceError; BudgetSpent where a ceiling of money is reached."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._http = http
        self._purse = Purse(config, http.ledger)
        self._generation = config.field_generation

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The ceilings of money, in dollars."""
        return self._purse.allowances

    def room(self) -> float:
        """Dollars that are left now for finding new posts."""
        return self._purse.room()

    def cost(self, answer: Mapping[str, Any], of: Literal["posts", "users"] = "posts") -> float:
        """What X charges for ``answer``, in dollars; ``of`` says what its data are."""
        includes = answer.get("includes")
        included = includes if isinstance(includes, dict) else {}
        posts, users = (_size(included.get("tweets")) + _size(included.get("posts"))), _size(included.get("users"))
        data = _size(answer.get("data"))
        posts, users = (posts + data, users) if of == "posts" else (posts, users + data)
        return posts * self._config.dollars_per_post + users * self._config.dollars_per_user

    def read(self, ask: Ask, now: datetime) -> Mapping[str, Any]:
        """The answer. A page is asked for no larger than what is left can pay."""
        price = self._dearest(ask)
        least, most = (ask.least, ask.most) if ask.most else (ask.items, ask.items)
        with self._purse.bill(least * price, most * price, now, returning=ask.returning) as bill:
            params = {**ask.params, **self._fields(ask)}
            if ask.most:
                size = ask.most if price == 0 else floor(bill.most / price + ROUNDING)
                params["max_results"] = str(max(ask.least, min(ask.most, size)))
            response = self._get(ask.path, params, ask.bucket, now)
            bill.spent = bill.most  # an answer that cannot be read is charged all the same
            answer = _object(response) if ask.items else _whole(response)  # of things asked for by id, each may be gone
            bill.spent = self.cost(answer, ask.of)
        return answer

    def volume(self, params: Mapping[str, str], now: datetime) -> int | None:
        """How many posts match a search; None where X does not say. Costs one request for all of them."""
        price = self._config.dollars_per_count
        with self._purse.bill(price, price, now, returning=False) as bill:
            response = self._get("/2/tweets/counts/recent", {**params, "granularity": "day"}, "counts/recent", now)
            bill.spent = price
        meta = _whole(response).get("meta")
        totals = meta if isinstance(meta, dict) else {}
        old, new = (payload.count(totals.get(name)) for name in ("total_tweet_count", "total_post_count"))
        return new if old is None else old

    def _dearest(self, ask: Ask) -> float:
        """What one item of a page can cost at most."""
        post, user = self._config.dollars_per_post, self._config.dollars_per_user
        if ask.of == "users":
            return user
        return post + ask.authors * user + ask.referenced * post

    def _fields(self, ask: Ask) -> dict[str, str]:
        users = {"user.fields": "public_metrics,username,verified,verified_type"}
        if ask.of == "users":
            return users
        kind = self._generation
        fields = f"author_id,conversation_id,created_at,edit_history_{kind}_ids,entities,in_reply_to_user_id,lang"
        expansions = [*["author_id"] * ask.authors, *[f"referenced_{kind}s.id"] * ask.referenced]
        return {
            f"{kind}.fields": f"{fields},note_{kind},public_metrics,referenced_{kind}s",
            **({"expansions": ",".join(expansions)} if expansions else {}),
            **(users if ask.authors else {}),
        }

    def _get(self, path: str, params: Mapping[str, str], bucket: str, now: datetime) -> Response:
        token = self._config.bearer_token
        headers = {"accept": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token.get_secret_value()}"
        url = self._config.base_url.rstrip("/") + path
        response = self._http.get(url, params, headers, _SPOKEN, bucket=f"{NAME}:{bucket}")
        if response.status == 200:
            return response
        raise self._refusal(response, now)

    def _refusal(self, response: Response, now: datetime) -> SourceError:
        """What a refusal means. A plan that is used up looks like a rate limit, but no waiting helps."""
        if response.status == 402 or _is_capped(response):
            return BudgetSpent(
                f"{place(response.url)}: X says that the plan or its credit is used up; raise it at {PORTAL}",
                retry_after=_CAPPED,
            )
        return error_for(response.status, response.url, response.headers, now)


def problem(error: Any) -> str:
    """The kind of a problem that X names, such as "resource-not-found"; empty where it names none."""
    kind = error.get("type") if isinstance(error, dict) else None
    return kind.rpartition("/")[2][:100] if isinstance(kind, str) else ""


def gone(answer: Mapping[str, Any]) -> list[str]:
    """The ids of which X says that they are deleted, or hidden from us; of a failure of its own it says neither."""
    errors = answer.get("errors")
    found = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    ids = [str(error.get("resource_id") or error.get("value")) for error in found if problem(error) in (GONE, HIDDEN)]
    return list(dict.fromkeys(ids))


def next_token(answer: Mapping[str, Any], before: str) -> str:
    """The token of the next page; empty where this is the last. Raises BadPayload where it cannot be one."""
    meta = answer.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    if token is None or token == before:  # a page that names itself as the next is the last
        return ""
    try:
        return payload.identity(token if isinstance(token, str) else None, "next_token")
    except payload.Unusable as error:
        raise BadPayload(f"{NAME}: the page names no usable next page") from error


def _is_capped(response: Response) -> bool:
    try:
        body = response.json()
    except BadPayload:
        return False
    return problem(body) == "usage-capped" or (isinstance(body, dict) and body.get("title") == "UsageCapExceeded")


def _object(response: Response) -> Mapping[str, Any]:
    answer = response.json()
    if not isinstance(answer, dict):
        raise BadPayload(f"{place(response.url)} answered with something that is no object")
    return answer


def _whole(response: Response) -> Mapping[str, Any]:
    """The body of a good answer. Raises where it holds nothing but errors."""
    answer, where = _object(response), place(response.url)
    errors = answer.get("errors")
    if "data" in answer or "meta" in answer or not isinstance(errors, list):
        return answer
    kinds = {problem(error) for error in errors}
    if kinds == {GONE}:
        raise NotFound(f"{where}: there is no such post any more")
    if kinds & {HIDDEN, "client-forbidden", "disallowed-resource"}:
        raise Unauthorised(f"{where} refuses access: check the plan and the key of this source")
    raise BadPayload(f"{where} did not understand the request")


def _size(value: Any) -> int:
    """How many things a field of an answer holds."""
    return len(value) if isinstance(value, list) else int(isinstance(value, dict))
