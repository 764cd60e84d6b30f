"""Long English words: a name that is one gets no tolerance, and one is never taken for a name with a slip in it."""

from monitor.text.small_words import SMALL_WORDS

_LONG = """
abandon ability absence academy account achieve acquire address advance advised airline airlines airport airports
already alright amazing ambient ancient another anxiety anxious anybody anymore applied approve archive arrange
arrival arrived article asleep assault attempt attract auction average balance balanced banking bargain barrier
battery because bedroom believe believed benefit besides between billing boarded boarding booking bottled bottles
breakfast brother brothers brought building business cabinet calling cancel canceled cancelled capital captain
careful carrier carriers cashier ceiling central century certain chamber channel chapter charge charged charger
charges charity chasing cheaper checked checking chicken children choices classic cleaned cleaner closing clothes
coastal collect college combine comfort command comment comments company compare compared compete complain complaint
complete concern concert confirm confirmed connect connected contact contain content contest context control cooking
correct corrected counter country couples courage courier covered created creative credits crowded crystal culture
current customer customers cutting damaged dealing decided decline declined default defence delayed delight deliver
delivered delivery deposit describe deserve desktop despite destroy details develop devices diamond digital direct
directed disable discount discover display distance disturb diverse divided dolphin dynamic earlier eastern economy
edition effects efforts element elements emerald emerge emigrates emotion employee employees endless engaged engine
engines english enhance enjoyed enough entered entire entrance envelope episode equally essence evening evident
exactly examine example excited exclude execute expects expense experience explain explore express extends extreme
factory failing failure fantasy farming fashion feature features feeling fiction fifteen fighter figures finally
finance finding fishing fitness flights flowers focused foreign forever forward founded freedom frequent friends
further gallery garbage general genuine getting granted greater grocery growing guarded handle handled handles
hanging happens harbour harmony heating heavily helpful herself highway himself history holding holiday horizon
hospital housing however hundred husband illegal imagine improve include income incoming initial inquiry insight
install instant instead intense invoice involve involved islands journal journey justice kitchen landing language
largely largest laundry leading learned leather leaving lecture leisure letters liberty library license limited
listens loading located logging looking lottery loyalty luggage luminous machine magazine managed manager manner
marine market markets married massive matters maximum meaning measure medical meeting members mention mercury
message messages million mineral minimum minister minutes missing mission mistake mixture mobile monitor monthly
morning mothers mounted moving musical mystery natural nearest neither network networks neutral nobody northern
nothing noticed nowhere nuclear numbers objects obvious offered officer offices officials ongoing opening operate
opinion options oranges ordered orders organic original outcome outdoor outside overall overnight package packages
painful painted panther parking parties partner passage passing passion patient pattern payment payments penalty
pension percent perfect perform perhaps periods permit person phoenix picture pioneer planets planned plastic
platform players playing pleased popular portion portrait possess posting poverty powered precise premier premium
prepare present presented preserve prevent previous primary printer privacy private problem problems proceed process
produce product products profile program project promise promised promote protect protein protest proudly provide
provided provider publish purpose pursuit quality quarter question quickly radical railway ranking reached readily
reading realise reality realize receipt receive received recently recording recover reduced reflect refunds refused
regional regular related release released reliable remains remember remove removed replace replaced replied request
requested require required rescued reserve reserved resolve resolved respect respond response restore results
retired returned returns revenue reverse reviews rewards roughly routine running satisfied saturday savings schedule
science screens section secured security seeking segment serious service services session setting settled several
shadows sharing shelter shipped shipping shopping shortly showing silence similar singing sisters sitting situation
skilled sleeping slightly smoking society softened soldier somehow someone southern speaker special species spirits
sponsor square staffed standard started station stations staying stomach stopped storage strange stranger stream
streaming streets stretch strings stronger student students subject succeed success suddenly suggest summary summit
sunrise support supported suppose supreme surface surgery survive suspect sustain swallow sweater symbols systems
talking teacher teaching terminal testing thanked theater theatre therapy thirteen thought thousand through thunder
tickets tonight totally touched tourism tourist towards trading traffic trained training transit travel travelled
traveller treated triangle trouble tuesday turning twelve typical uniform united unusual updated updates upgrade
upgraded upright utility vacation valley variety various vehicle vehicles venture version veteran victory viewers
village violent visible visited visitor volume waiting walking warning warranty watching weather website wedding
weekend welcome western whether whisper willing windows winning without witness worried writing written yesterday
younger yourself
"""
COMMON_WORDS = frozenset(_LONG.split()) | SMALL_WORDS["en"]
