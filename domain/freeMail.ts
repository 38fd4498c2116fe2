/** Domains whose mailboxes anybody can have: the big providers, their national domains, and the mail of telephone and cable companies. */
export const FREE_MAIL_DOMAINS: ReadonlySet<string> = new Set(
  `
  gmail.com googlemail.com
  outlook.com outlook.de outlook.fr outlook.es outlook.it outlook.jp outlook.co.uk outlook.com.br hotmail.com hotmail.co.uk hotmail.de
  hotmail.fr hotmail.it hotmail.es hotmail.be hotmail.nl hotmail.ca hotmail.com.br hotmail.co.jp live.com live.co.uk live.de live.fr live.it
  live.nl live.be live.ca live.com.au live.com.mx live.dk live.se live.no msn.com passport.com windowslive.com
  yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.ca yahoo.ie yahoo.com.br yahoo.com.ar yahoo.com.mx yahoo.com.au yahoo.co.in
  yahoo.in yahoo.co.jp yahoo.co.id yahoo.com.ph yahoo.com.sg yahoo.com.vn yahoo.com.tw yahoo.com.hk yahoo.co.nz yahoo.gr yahoo.se yahoo.no
  yahoo.dk yahoo.pl yahoo.ro ymail.com rocketmail.com myyahoo.com aol.com aol.co.uk aol.de aol.fr aim.com verizon.net
  icloud.com me.com mac.com privaterelay.appleid.com
  proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.com tuta.io tutamail.com keemail.me
  hey.com fastmail.com fastmail.fm fastmail.net hushmail.com hush.com zoho.com zohomail.com zohomail.eu zohomail.in mailfence.com posteo.de
  posteo.net mailbox.org startmail.com runbox.com disroot.org riseup.net duck.com mozmail.com simplelogin.com
  mail.com email.com usa.com consultant.com engineer.com europe.com post.com dr.com myself.com iname.com writeme.com inbox.com
  gmx.com gmx.de gmx.net gmx.at gmx.ch gmx.co.uk gmx.fr gmx.us web.de t-online.de freenet.de arcor.de 1und1.de online.de kabelmail.de
  magenta.de vodafone.de mail.de email.de bluewin.ch hispeed.ch sunrise.ch aon.at chello.at a1.net
  orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr numericable.fr club-internet.fr aliceadsl.fr
  libero.it virgilio.it alice.it tin.it tim.it tiscali.it inwind.it iol.it fastwebnet.it email.it
  telefonica.net terra.es movistar.es ono.com sapo.pt mail.telepac.pt
  btinternet.com btopenworld.com talktalk.net virginmedia.com virgin.net ntlworld.com blueyonder.co.uk sky.com tiscali.co.uk o2.co.uk
  plusnet.com eircom.net
  ziggo.nl kpnmail.nl kpnplanet.nl planet.nl home.nl hetnet.nl xs4all.nl telenet.be skynet.be proximus.be scarlet.be
  telia.com comhem.se bredband.net online.no getmail.no mail.dk stofanet.dk tdcadsl.dk jubii.dk luukku.com kolumbus.fi elisanet.fi
  wp.pl o2.pl onet.pl onet.eu op.pl vp.pl poczta.onet.pl interia.pl interia.eu gazeta.pl tlen.pl poczta.fm
  seznam.cz email.cz post.cz centrum.cz centrum.sk azet.sk zoznam.sk freemail.hu citromail.hu t-online.hu abv.bg mail.bg dir.bg
  mail.ru inbox.ru list.ru bk.ru internet.ru yandex.ru yandex.com yandex.by yandex.kz yandex.ua ya.ru rambler.ru lenta.ru ukr.net i.ua meta.ua
  walla.co.il walla.com 012.net.il netvision.net.il
  qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com tom.com 139.com 189.cn wo.cn aliyun.com 21cn.com
  naver.com daum.net hanmail.net nate.com kakao.com docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp nifty.com biglobe.ne.jp
  so-net.ne.jp ocn.ne.jp excite.co.jp goo.jp hinet.net pchome.com.tw netvigator.com
  rediffmail.com rediff.com indiatimes.com sify.com in.com
  uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com zipmail.com.br prodigy.net.mx
  bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au internode.on.net xtra.co.nz slingshot.co.nz mweb.co.za telkomsa.net
  comcast.net xfinity.com att.net sbcglobal.net bellsouth.net ameritech.net pacbell.net swbell.net snet.net flash.net prodigy.net cox.net
  charter.net spectrum.net roadrunner.com rr.com twc.com brighthouse.com optonline.net optimum.net earthlink.net mindspring.com juno.com
  netzero.net netzero.com centurylink.net centurytel.net qwest.net embarqmail.com q.com frontier.com frontiernet.net windstream.net
  suddenlink.net mediacombb.net wowway.com cableone.net tds.net hughes.net peoplepc.com netscape.net excite.com lycos.com
  rogers.com bell.net sympatico.ca shaw.ca telus.net videotron.ca cogeco.ca eastlink.ca sasktel.net mts.net
  `
    .trim()
    .split(/\s+/),
);
