"""The small words and endings of languages that are at home in another script, as people type them in Latin letters."""

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A code with "-latn" competes with the others, but is nobody's answer: what is read so is unknown.
ROMANISED: dict[str, frozenset[str]] = {
    "te": _set(
        """
        undi undhi vundi ledu ledhu ledha leda unnadi unnai unnayi unnaru unnaaru unnanu unnam unna chala chaala chalaa
        chaalaa chesaru chesaaru chesanu chesina chesindi chesi chesthe cheste chestunnaru chestunna chestunnam cheyandi
        cheyali cheyyali cheyyandi cheppandi cheppindi cheppina cheppadu cheppanu cheppali cheppu ayindi ayyindi aindi
        ayindhi ayyayi aipoyindi ayipoyindi poyindi poyindhi poyayi poyaru vachindi vachindhi vacchindi vachina vacharu
        vachadu vastundi vasthundi raledu raledhu raadu rale ravatledu ravatledhu ravali istaru istharu icharu ichharu
        ichcharu ichindi ivvandi ivvali ivvaledu ivvatledu nenu neenu meeru miru memu mem manam nuvvu vadu vaadu vallu
        vaallu valla vaalla vaallaki vallaki naa naku naaku nannu mee meeku miku maa maaku maku mana manaki enduku
        endhuku enti enti ento emi emiti emaindi emayindi evaru evaroo evariki ela elaa ila ilaa ala alaa eppudu epudu
        ippudu ipudu appudu apudu ekkada ekada ikkada ikada akkada inka inkaa kuda kooda koodaa kani kaani ani ante
        anta asalu asala anna andi garu gaaru manchi manchiga chetta daridram darunam daarunam dharunam baga baaga
        bagundi baagundi bavundi bagaledu bagoledu baledu baaledu kadu kaadu kadha kada kosam kosamu nundi nunchi
        nunchii varaku dabbulu dabbu rojulu rojuluga roju gantalu gantala gantaluga intha entha antha okka oka okati
        rendu moodu konchem koncham malli mallee ninna repu eeroju ivala idi adi ivi avi aa ee vaddu voddu oddu vaddhu
        kavali kaavali telusu teliyadu theliyadu teliyaledu chusi chusanu choosanu chudandi chusthunna matladaru
        matladadam pattinchukoru pattinchukoledu mosam sari saari pani panichese cheyadam cheyatledu cheyaledu
        cheyadu avvatledu avvaledu avutundi avuthundi kaledu kaaledu vellanu velli vellali vellindi veltunna
        nijam nijamga nijanga elanti antunnaru unnattu konnanu konanu konnam konnaru edi edho edo enni enno
        """
    ),
    "hi": _set(
        """
        hai hain hoon hun nahi nahin nai nhi kya kyu kyun kyon kaise kaisa kahan kaha kab kaun kitna kitne ka ki ke ko
        mera meri mere tera teri tere tum tumhara tumhari aap aapka aapki aapke apna apni apne hum humara hamara humko
        hame mujhe mujhko mein mai main bahut bohot bahot bhi aur lekin magar par pe se tak kar karo karna karte karke
        kiya kiye kari raha rahi rahe tha thi thay gaya gayi gaye hua hui hue koi kuch kuchh sab ab abhi yeh ye woh wo
        wala wale wali bhai yaar yar paisa paise rupaye din ghanta ghante aaj kal bilkul bakwas ganda gandi ghatiya
        bekar accha acha achha sirf liye jab tab toh phir fir diya diye dete dena lena mila milega milenge milta
        hota hoti hote hoga hogi honge jao jaa jata raha chal chala kahi kahin bola bole bolte kyunki matlab saath sath
        wapas baat ek teen chaar paanch kabhi mat
        """
    ),
    "ta": _set(
        """
        naan nan enna ennaku enaku enakku enoda ennoda unga ungal ungaluku inga anga inge ange illa illai illaya romba
        iruku irukku irukkum irundhuchu vandhu vanthu varala varalai pannunga panna pannitanga panren solla sollala
        sollunga podhum evlo evalo epdi eppadi ippo ippa appo yaarum yaar yen edhuku ethuku mosam kedaikala innum
        innaiku nethu naalaiku ellam ellarum konjam dhaan thaan thaana poyiduchu aachu aagala badhil kaasu panam
        """
    ),
    "kn": _set(
        """
        naanu nanu nanna nanage namma nimma nimage neevu avaru illa ide idhe ideya alla tumba thumba yaake yake hege
        hegide yaru yaaru yavaga elli illi alli beku beda madi maadi madtare madtidare madilla bandilla banthu bandide
        innu innoo matte swalpa dayavittu hana kodi kodalla kodtilla gottilla uttara kettadu hogi aagide aagilla
        """
    ),
    "ml": _set(
        """
        njan njaan ente enikku eniku ningal ningalude avar illa illaa aanu aan und undu undo enthu enthaa enthinu
        evide ivide avide eppol ippol ethra valare nalla mosham moshamaya kittiyilla kittiyila kittunnilla vannilla
        vannu poyi cheythu cheyyunnilla parayunnilla ithuvare innale naale aarum aaru oru ellam pinne athu ithu
        """
    ),
    "ko-latn": _set(
        """
        jinjja jincha neomu nomu aniya anieyo anyo wae eonje odi eodi mwo mwoya haseyo hajimaseyo juseyo haejuseyo
        haeyo hamnida hamnikka imnida imnikka ieyo yeyo ibnida habnida seumnida gamsahamnida kamsahamnida annyeong
        annyeonghaseyo annyeonghi joesonghamnida mianhae mianhamnida choeak hwanbul bihaenggi gogaek jeonhwa senteo
        uri naneun naega nae neoneun geu igeo geugeo jigeum oneul eoje naeil andwae andwaeyo eopseoyo isseoyo itda
        eopda geureonde geurigo hajiman wanjeon daebak
        """
    ),
    "zh-latn": _set(
        """
        wo ni ta nimen tamen de le shi bu bushi hen zhe zhege zhexie na nage nali ge you mei meiyou zenme zenmeyang
        shenme weishenme tai hao buhao dou ye zai hai haishi jiu yizhi xianzai jintian zuotian mingtian xiaoshi tian
        liang zhen zhende feichang fuwu hangban hangkong gongsi xingli kefu tuikuan dianhua qian guan ren lai qu dao
        gei rang bei shuo zuo jie yi yige cha lan laji shihou weile yinwei suoyi danshi keyi buneng xiexie qing ma ba ne
        """
    ),
    "ja-latn": _set(
        """
        desu deshita masu masen mashita masendeshita masuka kudasai arigatou arigato gozaimasu sumimasen watashi boku
        kore sore doko itsu nani naze doushite totemo sugoku sugoi hontou hontouni saiaku mada mou mata ga wa wo
        ni no mo to kara demo dakedo nai janai nakatta shita shite imasu imasen arimasu arimasen kita konai
        hikouki nimotsu henkin todokimasen okureteimasu okureta ne yo ka
        """
    ),
}
# Endings that hardly any word of another language has; each is as good as a small word.
ENDINGS: dict[str, re.Pattern[str]] = {
    "te": re.compile(
        "[a-z]{2,}(?:unnaru|unnanu|unnadi|unnam|unnayi|tunna|thunna|stunda?i|aledu|aaledu|atledu|adledu|aledhu|atledhu|"
        "atledhu|poyindi|poyindhi|inchandi|inchali|incharu|inchaledu|lekunda|kkunda|vakunda|yakunda|akunda|chindi|"
        "chindhi|yyindi|tundi|thundi|ppandi|yyandi|adaniki|adam|alluki|anduku|valla|ayya)"
    ),
    "hi": re.compile("[a-z]{2,}(?:enge|unga|ungi|egaa?|iyega|iyaan|wala|wale|wali)"),
    "ko-latn": re.compile("[a-z]*(?:seumnida|seubnida|hamnida|imnida|haseyo|juseyo|seoyo|hae-?yo|naeyo|neundeyo|jiyo)"),
    "ja-latn": re.compile("[a-z]{2,}(?:masu|masen|mashita|desu|deshita|masenka)"),
}
_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])"
_FINAL = "(?:i(?:a(?:ng|n|o)?|e|ng|n|ong|u)?|u(?:a(?:ng|n|i)?|o|i|n|e)?|a(?:ng|n|i|o)?|e(?:ng|n|i|r)?|o(?:ng|u)?)"
# Each syllable is taken whole, or not at all: a long word has too many ways to be cut for all to be tried.
PINYIN = re.compile(f"(?>{_INITIAL}{_FINAL}|ang|er|ai|an|ao|e|a)++")
