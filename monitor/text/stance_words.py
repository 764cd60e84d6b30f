"""The words by which a text says whom it is about: contrast, comparison, blame and who is meant by "you".

Patterns run on one folded sentence in which each mention of the brand is ``BRAND`` and each of anybody else ``OTHER``
(one private character each, so that names of any script look alike). Every gap in them is bounded.
"""

import re

BRAND = "\ue000"
OTHER = "\ue001"
SUBJECT = "\ue002"  # another whom no name gives away: the weather, a bank; ``OTHER`` where it is no excuse
_NEITHER = f"[^{BRAND}{OTHER}]"


def _any(*patterns: str) -> re.Pattern[str]:
    """One pattern for all: "<B>" is the brand, "<O>" another, "<..n>" up to n characters without a mention."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns).replace("\u200c", "")
    joined = joined.replace("<B>", BRAND).replace("<O>", OTHER)
    return re.compile(re.sub(r"<\.\.(\d+)>", rf"{_NEITHER}{{0,\1}}?", joined))


def _words(listed: str) -> str:
    return "(?:" + "|".join(listed.replace("\u200c", "").split()) + ")"


# -- English

_EN_ADJECTIVES = r"(?:reliable|helpful|honest|comfortable|punctual|polite|friendly|pleasant|trustworthy|responsive)"
_EN_BETTER = (
    r"\b(?:better|faster|quicker|cheaper|nicer|kinder|cleaner|safer|easier|friendlier|smoother|superior|"
    rf"more {_EN_ADJECTIVES})"
)
_EN_WORSE = (
    r"\b(?:worse|slower|dearer|ruder|dirtier|pricier|inferior|more expensive|"
    rf"less {_EN_ADJECTIVES}|not (?:\w+ ){{0,2}}as (?:good|nice|fast|cheap|clean|{_EN_ADJECTIVES}))"
)
_THE = r"(?:the |my |that |good old )?"
_THAN = r" (?:\w+ ){0,2}(?:than|to|as)\b"

# -- Chinese

_ZH_BETTER = _words("好 快 稳 强 棒 香 省 便宜 靠谱 划算 方便 准时 干净 贴心 舒服 安全 专业 负责 耐用 热情 友好")
_ZH_WORSE = _words("差 慢 贵 烂 脏 坑 糟 麻烦 不靠谱")
_ZH_MORE = "(?:得?多了?|很多|太多了?|一点|一些)?"
_ZH_BEATS = _words("好过 完爆 吊打 秒杀 胜过 强过 甩开 碾压")

# -- Korean

_KO_BETTER = _words(
    "낫 나은 나아 나았 좋 빠르 빨라 빨랐 빨리 저렴 (?<!비)싸 (?<!비)쌌 (?<!불)친절 편하 편해 깨끗 안전 믿을"
)
_KO_WORSE = _words("못하 못해 못했 못한 별로 느리 느려 느렸 비싸 비쌌 불친절 더럽 더러 나쁘 나빠 구리 구려 최악")

# -- Telugu

_TE_BETTER = _words("మెరుగు నయం బాగు బాగా బావు బెటర్ వేగం త్వరగా చౌక మంచి శుభ్ర సౌకర్య బెస్ట్ better best nayam bagundi")
_TE_WORSE = _words("దారుణ చెత్త నెమ్మది ఖరీదు అధ్వాన్న ఘోర బాలేదు బాగాలేదు chetta")
_TE_THAN = r"\s?(?:కంటే|కన్నా|తో పోలిస్తే|తో పోల్చితే|kante|kanna)"

WINS = _any(
    rf"<B><..50>{_EN_BETTER}{_THAN}(?! nothing)",
    rf"{_EN_WORSE}{_THAN} {_THE}<B>",
    r"<B><..30>\b(?:beats|outclasses|outshines|blows|puts)\b",
    rf"\bprefer {_THE}<B>",
    rf"(?<!no )\b(?:thanks|thank you|props|kudos|cheers|hats off) to {_THE}<B> for\b",
    r"<B><..10>\b(?:rescued|saved|helped) (?:me|us|him|her|them|my)\b",
    rf"\b(?:take|took|choose|chose|pick|picked|recommend|fly|use) {_THE}<B> (?:over|instead of)\b",
    rf"\b(?:learn|lesson|lessons|notes?|leaf) <..20>(?:from|of) {_THE}<B>",
    rf"\bwish<..15>[{BRAND}{OTHER}]?<..30>\blike {_THE}<B>",
    rf"\b(?:switch|mov|chang|defect|convert)(?:e|ed|ing|es|s)?\b<..12>{OTHER}?<..12>\bto {_THE}<B>",
    rf"<B>(?:的)?<..12>比[^{BRAND}]{{1,20}}?{_ZH_BETTER}{_ZH_MORE}",
    rf"<B><..4>{_ZH_BEATS}",
    rf"比<B><..10>{_ZH_WORSE}",
    rf"(?:不如|比不上|不及|没有?)<B>(?:这么|那么)?<..3>(?:{_ZH_BETTER}|$)",
    r"(?:宁可|宁愿|宁肯)<..4><B>",
    r"(?:换|改|转|投奔)<..3><B>",
    r"(?:学学|学习|多学|向)<..2><B>",
    rf"보다<..8><B><..20>{_KO_BETTER}",
    rf"<B>(?!보다)[^{BRAND}]{{0,25}}?보다<..12>{_KO_BETTER}",
    rf"<B>보다[^{BRAND}]{{0,25}}?{_KO_WORSE}",
    r"(?:대신에?|바에는?|바에야|느니)\s?<..8><B>",
    r"<B>(?:으로|로)\s?(?:갈아|옮|바꾸|바꿨|바꾼|넘어)\S{0,6}",
    r"<B>(?:을|를|한테|에게|처럼)?\s?(?:좀|보고)?\s?(?:좀\s?)?(?:본받|배워|배우|반만)",
    rf"{_TE_THAN}<..10><B><..25>{_TE_BETTER}",
    rf"<B>(?!{_TE_THAN})[^{BRAND}]{{0,25}}?{_TE_THAN}<..12>{_TE_BETTER}",
    rf"<B>{_TE_THAN}[^{BRAND}]{{0,25}}?{_TE_WORSE}",
    r"<B>\s?(?:కి|కు|లోకి|ki|ku)\s?(?:మార|వచ్చేశ|mara)",
    r"<B>\s?(?:ని|ను)?\s?(?:చూసి|నుంచి|నుండి)\s?నేర్చుకో",
    r"బదులు<..4><B>",
    r"<B> ?>{1,5} ?<O>",
    r"\bonly (?:fly|flying|use|using|buy|buying|book|trust) <B>\b",
    r"(?:以后|今后|从此|现在)<..2>只<..2><B>|(?:이제|앞으로|무조건)\s?<..3><B>만",
    r"(?:ఇకపై|ఇప్పటినుంచి|ఇప్పటి నుంచి)<..4><B><..3>(?:మాత్రమే|లోనే)",
)
LOSES = _any(
    rf"{_EN_BETTER}{_THAN} {_THE}<B>",
    rf"<B><..50>{_EN_WORSE}{_THAN}",
    rf"\b(?:beats|outclasses|outshines) {_THE}<B>",
    rf"\b(?:blows|puts|leaves) {_THE}<B> (?:out|to shame|in the dust|away)",
    rf"\bprefer [^{BRAND}]{{1,30}}?\b(?:to|over) {_THE}<B>",
    rf"\b(?:take|took|choose|chose|pick|picked|recommend|fly|use) [^{BRAND}]{{1,40}}?\b(?:over|instead of) {_THE}<B>",
    r"<B><..15>\b(?:should|could|can|must|ought|needs?|might)<..15>\b(?:learn|take (?:notes?|lessons?|a leaf))",
    rf"\bwish(?:ed)?\b {_THE}<B><..30>\blike\b",
    rf"\b(?:switch|mov|chang|defect)(?:e|ed|ing|es|s)?\b<..12>from {_THE}<B>",
    rf"\b(?:ditch|dump|quit)(?:ed|ing|ting)? {_THE}<B>",
    rf"\b(?:instead of|rather than|anyone but|anything but) {_THE}<B>",
    rf"\b(?:rescued?|saved?) (?:me|us|him|her|them|my \w+) from {_THE}<B>",
    rf"比起?<B>[^{BRAND}]{{0,15}}?{_ZH_BETTER}{_ZH_MORE}",
    rf"<B><..10>比[^{BRAND}]{{1,12}}?{_ZH_WORSE}",
    rf"<B><..10>(?:不如|比不上|不及|没有{OTHER}<..4>{_ZH_BETTER})",
    rf"{_ZH_BEATS}<B>",
    r"<B><..8>(?:学学|学习|多学|向<O><..3>学)",
    r"(?:从|由|离开|抛弃|放弃|告别)<B><..6>(?:换|改|转|投|到|了|$)",
    r"(?:再也不|绝不再|也不|以后不)<..2>[坐买用选去信乘]<B>",
    rf"<B>보다[^{BRAND}]{{0,25}}?{_KO_BETTER}",
    rf"<B>(?!보다)[^{BRAND}]{{0,20}}?보다<..10>{_KO_WORSE}",
    rf"보다<..8><B><..20>{_KO_WORSE}",
    r"<B>\s?(?:대신|탈 바에|살 바에|쓸 바에|(?:타|사|쓰|가)느니)",
    rf"<B>(?:에서|을|를)\s?[^{BRAND}]{{0,12}}?(?:갈아|옮겼|떠나|바꿨|버리고)\S{{0,6}}",
    rf"<B>[은는이가도]?[^{BRAND}]{{0,6}}?<O><..12>(?:본받|배워|배우|반만)",
    r"(?:다시는|두 번 다시|절대)\s?<B><..3>\s?안",
    rf"<B>{_TE_THAN}[^{BRAND}]{{0,25}}?{_TE_BETTER}",
    rf"{_TE_THAN}<..10><B><..25>{_TE_WORSE}",
    rf"<B>(?!{_TE_THAN})[^{BRAND}]{{0,25}}?{_TE_THAN}<..12>{_TE_WORSE}",
    rf"<B>\s?(?:నుంచి|నుండి|వదిలి|మానేసి|nunchi)[^{BRAND}]{{0,20}}?(?:మార|వచ్చ|వెళ్|mara)",
    r"<B><..6><O><..12>నేర్చుకో",
    r"<B>\s?(?:కి|కు)?\s?బదులు",
    r"<O> ?>{1,5} ?<B>",
    r"<O> (?:would never|would not|wouldn't|never) (?:ever )?(?:treat|do|have|let|leave|dare)\b",
)


def _unlike(mark: str) -> re.Pattern[str]:
    return _any(
        rf"\b(?:unlike|not like|in contrast to|as opposed to|compared (?:to|with)) {_THE}{mark}",
        rf"不像{mark}|不同于{mark}|相比{mark}|[跟和与]{mark}(?:不同|不一样|相比|比起来)",
        rf"{mark}(?:와|과|랑|이랑|하고)는?\s?(?:달리|다르게|다른)",
        rf"{mark}\s?(?:లా|లాగా)\s?(?:కాకుండా|కాదు)",
    )


UNLIKE_BRAND, UNLIKE_OTHER = _unlike(BRAND), _unlike(OTHER)

# -- Whose fault it was not

_EN_WEATHER = (
    r"(?:(?:bad|heavy|the|thick|dense|this|a) ){0,3}"
    r"(?:weather|storms?|fog|snow|ice|hurricane|typhoon|thunderstorms?|traffic)"
)
FAULT = _any(  # the writer's own, or expressly not the brand's
    r"(?<!not )(?<!n't )\bmy (?:(?:own|stupid|bad|silly) ){0,3}(?:fault|mistake|error|bad)\b",
    r"\bi (?:\w+ )?(?:overslept|misread|mixed up|forgot|booked the wrong)\b",
    r"\b(?:no ?one|nobody) to blame but (?:me|myself)",
    r"\bblame (?:only )?myself\b|\bserves me right\b|\bby accident\b",
    r"(?<!or )\b(?:not|isn't|wasn't|never) (?:\w+ ){0,2}(?:your|their|its|his|her|<B>(?:'s|s)?|<B>'s) (?:\w+ )?fault\b",
    r"\b(?:can't|cannot|don't|do not|won't|not) blame <..10>(?:<B>|you|them)|<B> is not to blame",
    r"怪我自己|[是都]?我自己[^，,。]{0,8}(?:错|忘|没|误)|我的错|我[^，,。]{0,4}(?:忘了|看错|记错|搞错|睡过头)|自己睡过头",
    r"(?:不怪|不能怪|别怪|怪不得别人)<B>?|(?:不是|并非)<..8><B>?(?:的)?<..4>(?:错|责任|问题)",
    r"(?:내|제|본인)(?:가|\s)[^,.]{0,20}?(?:잘못|실수|탓|착각|깜빡|늦잠)|(?:내|제)\s?(?:잘못|실수|탓)",
    r"<B><..6>(?:잘못|탓|책임)(?:은|이)?\s?(?:아니|아닙|아님|없)",
    r"నా (?:సొంత )?(?:తప్పు|తప్పే|పొరపాటు|నిర్లక్ష్య)|నేనే? [^.,]{0,20}?(?:మర్చిపో|మరిచిపో|తప్పుగా|పొరపాటు)",
    r"<B><..6>తప్పు\s?(?:కాదు|లేదు|ఏమీ|ఏం)",
)
CAUSE = _any(
    rf"\b(?:because of|due to|owing to|caused by) {_EN_WEATHER}",
    r"(?:因为|因|由于)<..6>(?:天气|大雾|大雪|暴雨|台风|雷雨|雷暴|大雨|堵车)",
    r"(?:날씨|안개|눈|폭설|태풍|폭우|비|강풍|교통체증)\s?(?:때문에|탓에)|(?:폭설|태풍|폭우|안개|강풍)(?:으로|로)\s",
    r"(?:పొగమంచు|వాతావరణం|వర్షం|వాన|తుఫాను|తుపాను|మంచు|ట్రాఫిక్)\s?(?:వల్ల|కారణంగా)",
)
# Whoever pleads the weather is not pardoned by it.
EXCUSE = _any(
    r"\bblam\w+ (?:it |this |everything )?(?:on )?(?:the )?(?:weather|storm|fog|snow)",
    r"\b(?:excuses?|pretend\w*|claim\w*|lie[sd]?|lying)\b",
    r"借口|推给天气|怪天气|甩锅|骗",
    r"핑계|변명|둘러대|거짓말",
    r"సాకు|అబద్ధ",
)

# -- Others that no name gives away: they count as subject of a clause only

_EN_OTHERS = (
    r"(?:weather|airport|airport security|security|customs|bank|hotel|hostel|taxi|cab|courier|post office|"
    r"(?:phone|insurance|other|another|previous) (?:company|companies|airlines?|shops?|stores?|provider|ferry))"
)
_EN_DOES = (
    r",| (?:today|tonight|again|was|is|were|are|has|had|have|did|does|just|never|always|keeps?|kept|lost|made|took|"
    r"gave|charged|closed|cancelled|canceled|ruined|blocked|refused|sucks?|stinks?)\b"
)
_ZH_OTHERS = r"(?:天气|机场|安检|银行|酒店|宾馆|出租车|快递|海关|手机公司|运营商|保险公司|其他公司)"
_KO_OTHERS = (
    r"(?:날씨|공항|보안 ?직원|보안 ?검색대?|은행|호텔|숙소|택시|세관|통신사|택배사|보험사|"
    r"다른 (?:항공사|회사|업체|가게))"
)
_TE_OTHERS = (
    r"(?:వాతావరణం|ఎయిర్పోర్ట్|విమానాశ్రయం|సెక్యూరిటీ|బ్యాంక్|బ్యాంకు|హోటల్|టాక్సీ|"
    r"(?:ఫోన్|వేరే|ఇతర|పాత) కంపెనీ)"
)
_BEGIN = r"(?:(?<=^)|(?<=^ )|(?<=[,;:(，、；：])|(?<=[,;:(] )|(?<=\band )|(?<=\bbut )|(?<=\bwhile ))"
SUBJECTS = re.compile(
    (
        rf"{_BEGIN}(?:(?:the|this|that|our|my|some|an?|so) )?(?:[a-z]+ )?{_EN_OTHERS}(?={_EN_DOES})"
        rf"|{_BEGIN}[^\W\d_]{{0,4}}?{_ZH_OTHERS}(?!里|上)"
        rf"|{_KO_OTHERS}\s?(?:[은는이가도]|진짜|정말|너무)"
        rf"|{_TE_OTHERS}(?![ంలకనౌోేై])"
    ).replace("\u200c", "")
)

# -- Where one clause ends and the next begins, best first; matched between two mentions

BREAKS = (
    _any(
        r"\b(?:but|however|while|whereas|yet|although|though|even though|meanwhile|unlike|instead|then again)\b",
        r"但是?|可是|不过|然而|而(?!且)|反而|反倒|倒是|相反|却|幸好|多亏|好在",
        r"하지만|그런데|근데|그러나|반대로|반면에?|오히려",
        r"కానీ|కాని|అయితే|అయినా|మరోవైపు|\bkani\b|\bkaani\b",
    ),
    _any(r"[,，;；:：、](?!\d)", r" [-\u2013\u2014/|] "),
    _any(
        r"\b(?:after|when|because|since|until|before|that|what|who|which|where|from|so)\b",
        r"因为|所以|之后|以后|然后|只有",
    ),
    _any(r"\b(?:and|or|than)\b", r"还有|并且|而且|[还又]"),
)
# Korean and Telugu write the link at the end of the clause: the next clause begins after it.
ENDINGS = _any(r"(?:지만|는데|은데|인데|던데|한데|더니)(?=[\s,])", r"(?:తర్వాత|వల్ల|కాబట్టి)(?=\s)")
_KO_RELATIVE = "".join(chr(0xAC04 + 28 * place) for place in range(399))  # every syllable that ends in "n"
RELATIVE = _any(
    rf"(?<=[가-힣])[{_KO_RELATIVE}](?=\s)|(?<=[가-힣])(?:고|서|니까|면서|자)(?=\s)", r"(?<=[\u0c00-\u0c7f])ిన(?=\s)"
)
CONTRAST = _any(
    r"\b(?:but|however|yet|still|although|though|whereas|meanwhile)\b",
    r"但|可是|不过|然而|却|反而",
    r"지만|는데|은데|인데|하지만|그런데|근데|그러나|그래도",
    r"కానీ|కాని|అయితే|అయినా",
)
_BOTH = r"(?=.{0,20}(?:\bboth\b|[两都]|둘|모두|రెండూ|రెండు|ఇద్దరూ|\band\b))"
TOGETHER = re.compile(
    r"\s?(?:and|&|or|\+|/|nor|as well as|和|跟|与|及|以及|还有|와|과|랑|이랑|하고|및|మరియు|(?:와|과)의)\s?(?:the )?"
)
TOGETHER_BY_COMMA = re.compile(rf"\s?[,，、]\s?{_BOTH}", re.DOTALL)

YOU = re.compile(
    r"\b(?:you|your|you're|yours|u|ur|y'all|yall)\b|[你您]们?|贵[司公]|당신|귀사|너희|니들|그쪽|మీరు|మీకు|మీ |\bmeeru\b"
)
PREPOSITIONS = re.compile(
    r"(?:\b(?:to|by|from|with|at|on|for|the|of|than|like|as|via|my|our)\s+){1,3}$|[比像跟和与被由从向在给让把]$"
)
DEEDS = (
    "(?:was|is|has|had|did|does|got|gave|sent|lost|found|answered|replied|helped|refunded|cancelled|canceled|broke|"
    "delivered|treated|charged|saved|rescued|took|kept|left|made|never|always|replaced|fixed|repaired|rebooked|ignored|"
    "offered|lets?|just|would|will|can|could)"
)
DOES = re.compile(rf"[,:]? ?(?:{DEEDS}\b|是|把|帮|的|[은는이가]\s|వాళ్లు|వారు)")
AIM = re.compile(r"\b(?:to|from|at|on|in|with|by|for|of|into|via|and)\s\Z")
DONE_TO = re.compile(
    r"(?:\b(?:thanks|thank you|thanks to|unlike|than|kudos to|props to)|感谢|谢谢|多亏|比|不像)[\s,:]{0,2}\Z"
)
# What a company writes behind its name where a handle of its own is taken.
OFFICES = (
    *("", "help", "helps", "support", "care", "cs", "service", "official", "app", "team", "hq", "air", "airline"),
    *("airlines", "uk", "us", "usa", "kr", "cn"),
)
LONGEST_SOURCE = 100  # characters in which a copy says whose it is
REPOSTED = re.compile(r"^\s*(?:rt|repost|via|转发|转自|回复|reposted from)\s*@[^\s:：,，]{1,60}\s?[:：,，]?\s*")


def _listed(*listed: str) -> tuple[str, ...]:
    """The words of a list, as they stand in a folded text; "_" is a blank."""
    return tuple(word.replace("\u200c", "").replace("_", " ") for part in listed for word in part.split())


# Cheap to look for: where none of these stands in a text with one brand and nobody else, all of it is about the brand.
_LATIN = _listed(
    "unlike _than_ instead_of contrast opposed_to compared fault mistake my_bad blame overslept misread mixed_up",
    "i_forgot serves_me accident weather storm fog snow traffic airport security customs bank hotel taxi courier",
    "post_office another_ other_ previous_ company switch _moved changed defect ditch dump prefer learn_from notes",
    "lesson wish beats outclass > over_ rather_ anyone_but rescued saved kante kanna",
)
_NOT_LATIN = _listed(
    "比 不如 不像 不同 不一样 换 改 转 学 从 离开 放弃 再也不 绝不 怪 错 忘 误 天气 机场 安检 银行 酒店 宾馆 出租车",
    "快递 海关 公司 运营商 因为 由于 宁 完爆 吊打 秒杀 胜过",
    "보다 달리 다르게 대신 바에 느니 갈아 옮 본받 배워 배우 다시는 잘못 실수 탓 착각 깜빡 날씨 안개 폭설 태풍 폭우",
    "강풍 공항 보안 은행 호텔 숙소 택시 세관 통신사 택배사 보험사 다른",
    "కంటే కన్నా పోలిస్తే పోల్చితే కాకుండా మార నేర్చుకో బదులు తప్పు పొరపాటు మర్చిపో మరిచిపో నిర్లక్ష్య వాతావరణం",
    "ఎయిర్పోర్ట్ విమానాశ్రయం సెక్యూరిటీ బ్యాంక్ హోటల్ టాక్సీ కంపెనీ పొగమంచు వర్షం వాన తుఫాను తుపాను ట్రాఫిక్",
)
_ANY_LATIN = re.compile("|".join(map(re.escape, _LATIN)))
_ANY_NOT_LATIN = re.compile("|".join(map(re.escape, _NOT_LATIN)))


def may_compete(lowered: str) -> bool:
    """Whether a text without capitals holds a word by which others than its brand may come in."""
    if not lowered.isascii():  # few Latin letters to stop at: one pattern is quicker than many searches
        plain = lowered.replace("\u200c", "")
        return _ANY_NOT_LATIN.search(plain) is not None or _ANY_LATIN.search(plain) is not None
    for word in _LATIN:  # noqa: SIM110  (a generator takes half as long again)
        if word in lowered:
            return True
    return False
