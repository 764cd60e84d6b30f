"""Common English words that mean something: each is weak evidence of English, for other languages borrow them."""

# Not English alone: half the world writes them.
BORROWED = frozenset(
    """
    ok okay hi hello hey wow lol omg nice good super service app online internet email hotel taxi bus ticket check
    video phone login update system error customer care vip team crew staff manager flight delay delayed cancel
    cancelled refund order seat airport airline airlines fail fan tv radio shop stop start sms info web website
    code password credit card bank cash bonus premium business check-in boarding gate lounge
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
COMMON_ENGLISH = BORROWED | frozenset(
    """
    able above accept accepted access accident accommodate accommodations account across act action actually add
    added address admit afraid afternoon age agent agents ago agree ahead air aircraft airways alive allow allowed
    alone along although amazing ambulance among amount angry animal announce announced announcement answer
    answered answers anytime anyway apart apologies apologize apology appalling apparently apply appreciate area
    arm around arrival arrive arrived article ask asked asking asleep assault assigned assistance attempt
    attendant attendants attention attitude available average avoid awake award aware awesome awful baby baggage
    ball band base basic bathroom battery beach beat beats beautiful became become bed beer began begin beginning
    behavior behaviour behind believe below bench beside best better beyond big bill billing birthday bit black
    blame bloody blue board boarded body book booked booking booth boring born boss bother bottle bottom bought
    bowl box boy boycott brand bread break breakfast bridge brief bright bring broke brother brought brown bucks
    build building bullshit bump bumped bunch burn burned burnt busy button buying cabin call calls came
    cancellation captain car cards careful carrier carry case catch caught cause caused center centre certain
    certainly chair chance change changed chaos charge charged charger charges charging cheap cheaper cheat
    cheated checked cheers cheese chicken child children choice choose christmas church city claim claims class
    classy clean clear clearly clerk click climb close closed clothes cloud clueless coast coat coffee cold
    collect college color colour coming comment comments common communication company compare compensation
    complain complained complaint complaints complete completely computer concern concerned condition confirm
    confirmation confirmed confused congrats congratulations connect connecting connection consider constant
    contact contacted continue control convenient conversation cook cool copy correct cost costs counter country
    couple courier course court cover cracked crap crash crashed crashes crazy cream cup curious current currently
    cut cute dad daily damage damaged damn dance danger dangerous dare dark data date daughter days dead deal
    dealing dear death decent decide decided decision deep definitely degree delays delight delighted deliver
    delivered delivery denied deny departed departure describe deserve desk despite destination destroyed device
    died difference different difficult dinner direct directly dirty disability disappointed disappointing
    disappointment disaster discount discover discuss disgrace disgraceful disgusted disgusting dishonest
    disrespectful distance doctor dog dollar dollars done door double doubt downtown dreadful dress drink drive
    driver driving drop dropped drunk due dumb ear earlier early earn earth easier easily east easy eat eating
    effort electric employee employees empty end ended engine english enjoy enjoyed enough enter entire entirely
    especially evening event eventually everyday exactly example excellent except exchange excited excuse excuses
    expect expected expensive experience experienced explain explained explanation express extra extremely eye
    eyes fabulous face fact failed failing failure fair fake fall family famous fantastic far fare fares farm fast
    faster fat father fault favorite fear fee feel feeling fees feet fell felt fewer field fight figure file fill
    filled film filthy final finally find fine finger finish finished fire fired first fish fit fix fixed flawless
    flew flights floor flown flying focus folks follow followed following food foot forced forever forget forgot
    form former forward found frankly fraud free fresh friday friend friendly friends front frozen frustrated
    frustrating frustration fuck fucking full fun funny furious further future gain game garbage garden gas gave
    gets getting giant gift girl girlfriend give given gives giving glad glass goes gold gone goodbye gorgeous got
    gotten government grab grandfather grandma grandmother grateful green greet greetings gross ground group grow
    grumpy guess guest guitar gun guy guys hair half hall hand handed handle handled hands hang happen happened
    happening happy hard hardly hat hate hated head headache health hear heard heart heartless heavy hell help
    helped helpful helping hidden high highly hilarious hire history hit holding holiday holidays home honest
    honestly hope hopeless hoping horrendous horrible horrid horse hospital host hostile hot hour house however
    huge human hundred hung hungry hurry hurt husband ice idea idiot idiots ignore ignored ignoring imagine
    immediately important impossible impressed improve incident include included incompetence incompetent
    inconsistent inconvenience incredible incredibly indeed inexcusable information infuriating injured injury
    insane inside insult insulted insulting insurance interested interesting issues item items jackpot jerk job
    join joke journey joyful judge jump junk keep keeps kept key kid kidding kids kill killed kind kinda kindly
    king kitchen knee knew knock know known knows kudos lack ladies lady laid lame land landed landing language
    laptop large last laugh laughed laughing law lawsuit lawyer lazy lead learn least leather leave leaves leaving
    led left leg legs less lesson letter letting level liable liar liars lie lied lies life lift light lights
    limit line lines link list listen literally little live lived lives living local lock locked longer looked
    looking looks lose loses losing loss lot lots loud lousy love loved lovely loving low luck lucky luggage lunch
    lying machine mad made magazine mail main major makes making man managed map mark market married match matter
    meal meals mean means meant meanwhile mediocre meet meeting meh member members men mention message messages
    messed met middle midnight mile miles milk mind minute mishandled misleading miss missed missing mistake
    mobile model mom moment monday monitor month months mood moon morning mother mouth move moved movie movies
    moving mum music named names nasty national near nearly necessary neck needed needs negative neighbor network
    news next night nightmare noise noon normal north note notice noticed notified notify nowhere number nurse
    obvious obviously odd offer offered office officer oil old older ones open opened opinion option options
    orange orders original otherwise ought outage outrage outrageous outside outstanding overbooked overcharged
    overnight overpriced owe owner pack package packed page paid pain paint paper parcel parents park part parts
    party pass passed passenger passengers passport past path pathetic patience patient pay paying payment peace
    people percent perfect perhaps period person personal pet phones photo pick picked picture piece pieces pilot
    pilots pizza place placed plan planes planned plans play played pleasant please pleased pleasure pls plug plus
    pocket point points poisoned police policy polite pool poor poorly positive possible possibly post posted
    pound power prefer prepare present president pretty prevent price prices pride printed private probably
    problems process product products professional profit program promise promised proper properly protect proud
    prove public pull pulled purchase purchased purple purse push put quality queen question questions queue quick
    quickly quiet quit race racist rain raised ran rate rating reach reached read reading ready real realize
    reason reasonable reasons receipt receive received recent recently recommend record red reduced reference
    refunded refuse refused refusing regret regular related remember remove removed rent rental repair repeat
    replace replaced replacement replied reply report reported request requested rescheduled reservation
    reservations respect respond responded response responsible rest restaurant result return returned review
    reviews reward rewards rich ride ridiculous right ring rip ripped river road room rooms rotten round route row
    rubbish rudely rudeness ruin ruined rule rules run running runway rush sad safe safety said salad sale sand
    sandwich sarcasm sat saturday save saved saw say saying says scam scared schedule scheduled school screaming
    screen screw screwed sea search season seats second seconds secret section security seem seemed seems seen
    sell send sending sense sent serious seriously serve served services serving set settle seven several shady
    shame shameful share shirt shit shocked shocking shoes short shout shouted show showed shower showing shown
    shut sick side sign signed silence silly simple simply single sister sit site sitting situation six size sky
    sleep sleeping slept sloppy slow slower slowly small smart smashed smashing smell smells smile smiled smoke
    smooth snow soft sold solution solve solved somehow son song sorry sort sound sounds soup south speak special
    speed spend spent spilled splendid spoke spoken sport spot spring stairs stand standard standing star stars
    started starting state statement station status stay stayed stays steal stealing step stick stink stinks stole
    stolen stood stopped store storm story straight stranded strange street stress strong stuck student stuff
    stupid suck sucked sucks sue suggest suitcase suitcases summer sunday superb supervisor supply support
    supposed sure surely surprise surprised sweet swim switch table taken takes taking talk talked talking tall
    taste taught tax taxes teach tears technical teeth tell telling tells temp ten terminal terrible test text
    texts thank thankful thanks theft thief thieves thing things think thinking third thirty thought thoughts
    thousand threatened three threw thrilled thrilling throw thrown thursday thx tickets tie tight till times tiny
    tired together toilet told tone tonight took tools top total totally touch tough tour toward town toy track
    tracking trade traffic train training transfer trapped trash travel traveled traveler travelers traveling
    treat treated treatment tree tried trip trips trouble truck true truly trust truth try trying tuesday turn
    turned tweet tweets twenty type typical ugly unable unacceptable unbelievable uncomfortable understand unfair
    unfortunately unhelpful unimpressed unless unlike unprofessional unresponsive unsafe untrue unwilling upgrade
    upgraded upset used useless user using usual usually utter utterly vacation valid value van vegetarian version
    view vile visit voice voucher vouchers wait waited waits wake walk walked wall wallet wanted wants warm warned
    warning wash waste wasted wasting watch watched watching water ways wear weather wedding wednesday week
    weekend weeks weight weird welcome went west wet wheel wheelchair white whole wife wifi wild willing win wind
    window windows wine winner winter wish wishes woeful woman women won wonder wonderful wondering wood word
    words worked worker workers world worried worry worse worst worth worthless wreck wrecked write writing
    written wrong wrote yard year years yelled yelling yellow yikes young younger youth yuck yummy zero zone
    """.split()  # noqa: SIM905
)
