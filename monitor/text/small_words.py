"""The small words that give a Latin-script language away; for English also the commonest words of short posts.

Afrikaans to Yoruba: most are here so that no other language is taken for theirs, English least of all.
"""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SMALL_WORDS: dict[str, frozenset[str]] = {
    "en": _set(
        """
        the of and to in is it you that he was for on are with as i his they be at one have this from or had by
        but what some we can out other were all there when up use your how said an each she which do their time
        if will way about many then them would like so these her long make thing see him two has look more day
        could go come did my no most who been its now find than get may just not don't can't won't isn't it's
        i'm you're i've didn't doesn't wasn't why ever never again still really very please thanks thank thx
        sorry good great best worst bad nice love hate awesome amazing terrible horrible awful poor fail service
        customer flight flights airline airlines hours hour minutes today tomorrow yesterday work working works
        broken lost late delayed cancelled bag bags phone need help want got going u ur im dont cant wont lol
        omg wtf ok yes yeah yay hey hi hello wow any anyone because only even also back after before over down
        off into too much well where here new people me us our always another hold call called waiting wait rude
        refund order store bought buy money ticket check fly flying plane problem issue am should must might yet
        though while through during without within against between both few own same such until under nothing
        something anything everything everyone someone somebody everybody nobody none myself yourself himself
        herself itself ourselves themselves yours mine hers whose whom aren't weren't haven't hasn't hadn't
        wouldn't couldn't shouldn't that's there's what's here's let's he's she's they're we're you'll i'll
        we'll they've we've i'd you'd gonna wanna gotta tbh smh imo idk nope yep ya plz cuz tho thru y'all does
        doing having being let maybe quite rather almost already soon often else instead anymore once twice
        since every either neither whether those cannot
        """
    ),
    "es": _set(
        """
        el la los las de del y que en un una por con para no se su es al lo como más pero sus le ya o este sí
        porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno
        les ni contra otros ese eso ante ellos e esto mí antes algunos qué unos yo otro estoy está están son fue
        gracias vuelo vuelos hola buenos días tarde equipaje maleta horas siempre nunca nada tengo usted ustedes
        mi mis tus nuestro nuestra ha han hemos he era eran hace hacer van voy puede pueden quiero queremos
        alguien nadie ahora hoy ayer mañana aquí allí así pues cómo cuándo dónde tan solo sólo otra vez cada
        tres dos cinco estamos quién dinero cliente empresa servicio muchas mucho mucha nuestros vuestra debe
        deben tienen tiene tener hizo hicieron dice dicen estaba estaban ser sido aunque mientras aún cual
        ningún ninguna algo mejor peor todas todavía siguen
        """
    ),
    "fr": _set(
        """
        le la les de des du et un une en est que qui dans pour pas sur au aux avec ce il elle je vous nous ne
        plus par se mais ou où son sa ses cette ces c'est j'ai n'est d'un d'une l'on qu'il on été être fait très
        bien merci bonjour vol vols toujours jamais rien tout tous mon ma mes votre vos notre ta tes nos leur
        leurs suis es sont avons avez ont était étaient faire va vais peut veux veut toute toutes personne
        quelqu quelle quel quelles quels maintenant aujourd hier demain ici comme encore aussi depuis avant
        après trois cinq heures deux même chez cela ça pourquoi quand donc alors trop peu aucune aucun client
        clients compagnie peut-être pouvez voulez elles nôtre sous ans jour
        """
    ),
    "de": _set(
        """
        der die das und ist nicht ein eine einen einem einer zu mit den dem des von für auf im ich sie er es wir
        ihr sich auch als an nach wie bei aber so noch nur aus am war hat haben wird sind kein keine schon mehr
        wenn über wurde mein meine heute flug gepäck danke bitte immer nie seit stunden warum euch guten tag mir
        mich dir dich uns ihnen ihm ihn meinen meinem unser eure euer dein doch mal denn weil dass ob vom zum
        zur beim ins man jetzt gestern morgen hier da dort dann wieder niemand jemand nichts alles alle viel
        viele sehr ganz geht gibt habe hatte hatten sein waren wurden werden kann können muss müssen will wollen
        ohne gegen zwei drei fünf keiner keinen wo wann wer was geld kunden ständig ab unsere dieser diese
        dieses diesem ganze jede jeder ihre seine ihrem deren soll werde würde hätte wäre etwas zwischen unter
        """
    ),
    "pt": _set(
        """
        o a os as de do da dos das e que em um uma para com não se no na nos nas por mais como mas foi ao ele
        ela seu sua ou quando muito há já está eu também só pelo pela até isso entre era depois sem mesmo meu
        minha você vocês voo obrigado obrigada nunca sempre são meus minhas teu tua dele dela nosso nossa estou
        estão estamos tem têm tinha vai vou vão fazer faz quero querem alguém ninguém agora hoje ontem amanhã
        aqui ali assim porque então quem onde isto esse essa este esta desse dessa cada três cinco dois duas
        horas dinheiro desde muita muitos muitas tudo nada à às aos ainda dessas nossas nossos fica ficou seus
        suas pra tá né
        """
    ),
    "it": _set(
        """
        il lo la i gli le di e che un una in per non è con del della dei delle si da al alla come più ma anche
        ho mio mia sono questo questa nel nella ci volo voli grazie sempre mai molto perché bagaglio ore miei
        mie tuo tua suo sua nostro nostra vostro vostra loro hanno abbiamo avete hai ha era erano stato fatto
        fare va vado può posso voglio qualcuno nessuno niente nulla adesso ora oggi ieri domani qui qua così
        allora quindi chi dove quando cosa quale queste questi quello quella ogni tre cinque due ancora solo già
        senza dopo prima dal dalla dai degli alle ai allo un' mi ti vi tutto tutti tutta soldi cui sta stanno
        sto sei siamo siete fa fanno tutte nostri nostre quanto poi mentre durante invece
        """
    ),
    "nl": _set(
        """
        de het een en van ik te dat die in is op niet zijn met voor er maar om aan ook als dan bij nog naar wat
        je heb heeft wel geen mijn deze door over hij ze we vlucht bedankt uur altijd nooit jullie mij jou hem
        hun haar ons onze uw jouw was waren had hadden gaat ga gaan kan kunnen moet moeten wil willen iemand
        niemand niets alles alle veel heel erg nu vandaag gisteren morgen hier daar toen omdat waarom wanneer
        wie waar hoe weer steeds alweer al meer sinds zonder tegen twee drie vijf geld terug doet worden wordt
        werd hebben zou zal welke alleen zeer elke zo eens slecht bedrijf
        """
    ),
    "id": _set(
        """
        yang dan di ini itu dengan untuk tidak dari dalam akan pada juga saya ke karena ada mereka kita sudah
        bisa atau kami oleh aku kamu tapi sama banget nggak gak aja udah penerbangan terima kasih tolong jam nya
        pun lagi belum namun kalo kalau jadi bukan jangan kok sih dong deh lah nih tuh banyak semua siapa kapan
        dimana mana kenapa bagaimana gimana sekarang kemarin besok hari sangat sekali terus cuma hanya harus mau
        punya orang uang kalian anda dia ga gk yg dgn utk tdk bgt krn udh blm pelayanan masih setelah sebelum
        sampai tanpa lalu jawab dua tiga lima
        """
    ),
    "tr": _set(
        """
        ve bir bu da de için çok ile ne gibi daha var ama o ki ben sen biz mi değil kadar sonra olarak yok her
        şey uçuş teşekkürler saat neden bana benim senin bizim sizin onun beni seni bizi sizi onu bunu şunu
        nasıl niye niçin nerede zaman kim kimse hiç hiçbir hep yine artık şimdi bugün dün yarın çünkü fakat
        ancak sadece bile ise diye olan oldu olur değilim lütfen iyi kötü önce üç beş iki tam en hem ya bi geri
        istiyorum hâlâ hala şu hangi önceden dünden beri asla kez oldukça şirket hizmet uygulama olmuş değildir
        şekilde nedeniyle tarafından kendi diğer
        """
    ),
    "pl": _set(
        """
        i w na z do się nie że to jest o jak po co ale tak od za przez był czy ma mi już tylko mnie dla lot
        dziękuję bardzo jestem są moje moja mój mam masz mają mieli być byłem była było będzie może można chcę
        chce ktoś nikt nic wszystko wszyscy teraz dziś dzisiaj wczoraj jutro tu tam dlaczego kiedy gdzie jaki
        która które który znowu jeszcze nigdy zawsze bez przed przy pod nad pięć trzy dwa godzin pieniędzy jej
        ich was wam nam nas tego tej
        """
    ),
    "sv": _set(
        """
        och att det i en jag hon som han på den med var sig för så till är men ett om hade de av icke mig du
        inte flyg tack mycket när min mitt mina din ditt dina vår vårt våra er ert era oss ni vi vill kan ska
        skulle måste får fick har blir blev varit vara nu idag igår imorgon här där vad vem varför hur igen
        fortfarande alltid aldrig ingen inget inga någon något allt alla många bara också efter innan utan sedan
        eller två tre fem timmar pengar kommit
        """
    ),
    "vi": _set(
        """
        và của là có không cho người được trong một này với để các đã những tôi bạn chuyến bay cảm ơn rất nhưng
        khi bị vẫn chưa lại đi ra vào lên xuống nhiều ít nào gì ai đâu sao thế đây đó rồi nữa thì mà nên vì hay
        hoặc cũng chỉ cả mọi năm hai ba bốn giờ ngày hôm nay qua sẽ đang phải muốn biết làm xin tiền lý trả lời
        """
    ),
    "da": _set(
        """
        og i at det er en et på til af de den ikke jeg med som for har var vi du han hun kan om men der så fra
        meget nu mig dig min mit mine jer jeres os vores skal ville eller hvad hvor hvorfor når aldrig altid
        ingen igen stadig tak efter kommet være blev bliver også noget nogen her ud op ned hvis mod siden uden
        endnu sidder flyet kuffert
        """
    ),
    "no": _set(
        """
        og i at det er en et på til av de den ikke jeg med som for har var vi du han hun kan om men der så fra
        veldig nå meg deg min mitt mine dere oss vår skal ville eller hva hvor hvorfor når aldri alltid ingen
        igjen fortsatt takk etter kommet være ble blir også noe noen her ut opp ned hvis mot siden uten ennå å
        """
    ),
    "fi": _set(
        """
        ja on ei se että en mutta ovat oli olen hän minä sinä me te he tämä niin kun kuin jos vain myös mitä
        missä miksi milloin nyt vielä taas koskaan kiitos sitten tai joka mikä kuka ollut ole olisi hyvin kaikki
        minun teidän mun siis kanssa jälkeen vieläkään mukaan
        """
    ),
    "hu": _set(
        """
        a az és nem hogy is egy ez van de meg már csak még ha volt mint kell lesz nekem engem vagy azt ezt mert
        nagyon mi mit miért hol mikor most megint köszönöm soha minden semmi senki itt ott után óta le el ki be
        fel én te ti ők vagyok vannak nincs lehet
        """
    ),
    "cs": _set(
        """
        a se na je to že v s z do o k i ve za si by jako ale po jsem jsou už tak jen není pro od co jak když
        ještě mám nikdo nic nikdy zase děkuji kde proč kdy já ty my vy on ona byl bylo být mi mě můj moje nebo
        let stále pořád
        """
    ),
    "sk": _set(
        """
        a sa na je to že v s z do o k aj vo za si by ako ale po som sú už tak len nie pre od čo keď ešte mám
        nikto nič nikdy zase ďakujem kde prečo kedy ja ty my vy on ona bol bolo byť mi mňa môj moje alebo stále
        """
    ),
    "ro": _set(
        """
        și de la în nu un o cu pe că din mai pentru este sunt a ce am ai are să se dar le sau fi foarte mult meu
        mea mei noi voi ei ele ca când unde cum acum nici niciodată mulțumesc după până fost fără iar îmi mă
        dacă toate tot si sa nici-un va vă nimeni
        """
    ),
    "ca": _set(
        """
        el la els les de del i que en un una per amb no es és al com més però seu si molt sense també em ho hi
        són aquest aquesta meu meva quan on gràcies mai res tot fa ha han estan perquè ens vosaltres nosaltres
        avui
        """
    ),
    "tl": _set(
        """
        ang ng sa na mga ko mo po ba ako ka ikaw siya kami tayo kayo sila ay at hindi di wala walang may mayroon
        naman lang din rin pa kung para kasi ito iyan yan yung nang namin natin nila niya salamat bakit paano
        kailan saan ano talaga sobrang grabe daw dito doon nyo niyo kayong ninyo pero
        """
    ),
    "sw": _set(
        """
        na ya wa kwa ni la za katika hii hiyo huo si haya yangu yako yake wetu wenu wao lakini kama sana bado
        hakuna kuna tu hapa sasa leo jana asante kwamba mimi wewe yeye sisi nyinyi tena nini wapi kwanini lini
        pia au bila baada ndege
        """
    ),
    "hr": _set(
        """
        i u na je se da su za od s sa ne što kao ali do po bi koji koja koje ovo to ovaj samo nije nema sam smo
        ste još već ili kad kada gdje zašto hvala nikad nikada ništa nitko moj moja moje meni vam vas nam nas
        sve opet uvijek jer može biti bio bila
        """
    ),
    "af": _set(
        """
        die en is nie het van 'n ek dit in my ons vir om te op met dat sal hulle hy sy was kan baie nog ook maar
        as aan deur by julle jy wat waar hoekom weer nooit dankie geen daar hier so toe uit na
        """
    ),
    "et": _set(
        """
        ja on ei see et ma sa ta me te nad oli olen aga kui ka mis kus miks millal nüüd veel jälle kunagi aitäh
        siis või kes pole ole väga kõik minu meie teie mu kas mind mulle pärast ainult mitte
        """
    ),
    "lt": _set(
        """
        ir yra ne kad tai į iš su per bet kaip aš tu jis ji mes jūs jie buvo mano jūsų labai dar vėl niekada
        niekas ačiū kodėl kada kur kas tik jau ar už nuo po prie nėra man viskas
        """
    ),
    "lv": _set(
        """
        un ir ne ka tas uz no ar par bet kā es tu viņš mēs jūs viņi bija mans mana jūsu ļoti vēl atkal nekad
        neviens paldies kāpēc kad kur kas tikai jau vai pie nav man viss
        """
    ),
    "sl": _set(
        """
        in je se na da so za od s z ne kot ali do po bi ki to ta samo ni sem smo ste še že kje zakaj kdaj hvala
        nikoli nič nihče moj moja moje meni vam vas nam nas vse spet vedno ker biti bil bila tudi pa
        """
    ),
    "sq": _set(
        """
        dhe e të në një nuk për me që nga është janë i si por ka kam unë ti ai ajo ne ju ata po do shumë
        faleminderit ku kur pse më mua tim kurrë askush asgjë gjithmonë
        """
    ),
    "eu": _set(
        """
        eta da ez bat du hau hori zen dira dut nire zure gure baina ere oso eskerrik asko noiz non zer nola
        inoiz inork berriro oraindik naiz gara dago daude
        """
    ),
    "ht": _set(
        """
        mwen ou li nou yo se nan ak pou pa te gen sa ki ap la an yon men tout kote poukisa mesi anpil toujou
        janm anyen pèsonn avèk
        """
    ),
    "cy": _set(
        """
        y yr yn a ac i o ar mae am ei eu fy fod wedi ddim dim nid ond gan gyda hefyd iawn eto byth diolch pam
        pryd ble beth fi ti chi ni nhw roedd oedd sydd
        """
    ),
    "ga": _set(
        """
        agus an na ar is tá níl bhí sé sí mé tú le go do i ag mo ní raibh ach seo sin cén cad conas riamh arís
        anseo maith agat
        """
    ),
    "is": _set(
        """
        og að er í á ekki við það ég þú hann hún sem en um til með var eru þetta af frá mjög takk aldrei alltaf
        aftur hvar hvenær hvers vegna minn mín mitt okkur ykkur enginn ekkert
        """
    ),
}
