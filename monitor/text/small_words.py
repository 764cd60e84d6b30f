"""The small words that give a Latin-script language away; for English also the commonest words of short posts."""


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
        broken lost late delayed cancelled bag bags phone need help want got going been u ur im dont cant wont
        lol omg wtf ok yes yeah yay hey hi hello wow any anyone because only even also back after before over
        down off into too much well where here new people me us our always another hold call called waiting wait
        rude refund order store bought buy money ticket check fly flying plane problem issue
        """
    ),
    "es": _set(
        """
        el la los las de del y que en un una por con para no se su es al lo como más pero sus le ya o este sí
        porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante todos uno
        les ni contra otros ese eso ante ellos e esto mí antes algunos qué unos yo otro estoy está están son fue
        gracias vuelo vuelos hola buenos días tarde equipaje maleta horas siempre nunca nada tengo usted ustedes
        mi
        """
    ),
    "fr": _set(
        """
        le la les de des du et un une en est que qui dans pour pas sur au aux avec ce il elle je vous nous ne
        plus par se mais ou où son sa ses cette ces c'est j'ai n'est d'un d'une l'on qu'il on été être fait très
        bien merci bonjour vol vols toujours jamais rien tout tous mon ma mes votre vos notre
        """
    ),
    "de": _set(
        """
        der die das und ist nicht ein eine einen einem einer zu mit den dem des von für auf im ich sie er es wir
        ihr sich auch als an nach wie bei aber so noch nur aus am war hat haben wird sind kein keine schon mehr
        wenn über wurde mein meine heute flug gepäck danke bitte immer nie seit stunden warum euch guten tag
        """
    ),
    "pt": _set(
        """
        o a os as de do da dos das e que em um uma para com não se no na nos nas por mais como mas foi ao ele
        ela seu sua ou quando muito há já está eu também só pelo pela até isso entre era depois sem mesmo meu
        minha você vocês voo obrigado obrigada nunca sempre são
        """
    ),
    "it": _set(
        """
        il lo la i gli le di e che un una in per non è con del della dei delle si da al alla come più ma anche
        ho mio mia sono questo questa nel nella ci volo voli grazie sempre mai molto perché bagaglio ore
        """
    ),
    "nl": _set(
        """
        de het een en van ik te dat die in is op niet zijn met voor er maar om aan ook als dan bij nog naar wat
        je heb heeft wel geen mijn deze door over hij ze we vlucht bedankt uur altijd nooit jullie
        """
    ),
    "id": _set(
        """
        yang dan di ini itu dengan untuk tidak dari dalam akan pada juga saya ke karena ada mereka kita sudah
        bisa atau kami oleh aku kamu tapi sama banget nggak gak aja udah penerbangan terima kasih tolong jam
        """
    ),
    "tr": _set(
        """
        ve bir bu da de için çok ile ne gibi daha var ama o ki ben sen biz mi değil kadar sonra olarak yok her
        şey uçuş teşekkürler saat neden bana
        """
    ),
    "pl": _set(
        """
        i w na z do się nie że to jest o jak po co ale tak od za przez był czy ma mi już tylko mnie dla lot
        dziękuję bardzo jestem są
        """
    ),
    "sv": _set(
        """
        och att det i en jag hon som han på den med var sig för så till är men ett om hade de av icke mig du
        inte flyg tack mycket när
        """
    ),
    "vi": _set(
        """
        và của là có không cho người được trong một này với để các đã những tôi bạn chuyến bay cảm ơn rất nhưng
        khi
        """
    ),
}
