"""The airline as a watched brand, set up as somebody would have done before anything happened."""

from monitor.domain import Brand

_ENGLISH = (
    "airline, flight, flew, fly, flying, plane, aircraft, jet, airport, terminal, gate, runway, tarmac, boarding, "
    "boarded, check in, baggage, luggage, bag, suitcase, seat, cabin, legroom, crew, pilot, attendant, passenger, "
    "fare, ticket, mile, upgrade, layover, connection, rebooked, downgraded, landed, refund, customer service"
)
_OTHERS = "航, 飞机, 机场, 行李, 유나이티드 항공, 비행기, 공항, 수하물, 승무원, 좌석, 탑승, విమాన, ఎయిర్లైన్స్, లగేజీ, టికెట్"

BRAND = Brand(
    id="united",
    title="United Airlines",
    names=(
        "United Airlines",
        "United",
        "美联航",
        "联合航空",
        "聯合航空",
        "유나이티드 항공",
        "유나이티드",
        "యునైటెడ్ ఎయిర్లైన్స్",
        "యునైటెడ్",
    ),
    required=(*_ENGLISH.split(", "), *_OTHERS.split(", ")),  # "united" alone is a football club, a nation, a mood
    forbidden=("football", "soccer", "striker", "goalkeeper", "penalty", "league", "derby", "nations", "kingdom"),
)
