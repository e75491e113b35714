# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words that a profile may show. Everything else that a phone says is replaced, for it may be somebody's name.

Those of markup count within tags only, and those of HTTP in headers only: there are people who are called Li, Black or
Max. Those of labels count everywhere. None of these is a given name, and hardly one a family name: who adds one asks
first whether somebody could be called so.
"""

from __future__ import annotations

_MARKUP = """
html head title body meta link script style perm idx
doctype public dtd transitional strict xhtml xml version encoding utf iso
latin table tbody thead tr td th ul ol li dl dt dd div span font br hr img form input select option textarea label
button center strong em tt pre frame frameset iframe noframes noscript map area base href src alt name value type method
action post get size maxlength width height border cellpadding cellspacing align valign colspan rowspan bgcolor color
class id rel stylesheet text css javascript language content http equiv refresh charset left right top bottom middle
checked selected disabled readonly hidden submit reset radio checkbox password file enctype multipart urlencoded
application target onclick onload onchange onsubmit function var return document window location nbsp amp lt gt quot
middot copy www org htm cgi bin px pt em none block inline auto
p b i u s tt small big sub sup code nav section article header footer main aside figure svg canvas path g embed object
param caption col colgroup tfoot thead fieldset legend optgroup blockquote template dialog details summary data png gif
jpg jpeg ico js json
"""
_HTTP = """
ok found moved permanently temporary redirect unauthorized forbidden not server error internal bad request date
expires last modified cache control no store must revalidate max age pragma connection keep alive close transfer
chunked length accept ranges bytes etag location www authenticate basic digest realm nonce opaque qop algorithm stale
auth int md set cookie path secure httponly gmt
"""
_LABELS = """
snom embedded error unauthorized request forbidden ok
phone phones manager model hardware software firmware release build number version versions rootfs kernel linux boot
loader bootloader uboot ramdisk jffs sip voip application mac address addresses ethernet hw ip ipv netmask gateway dns
domain dhcp vlan port ports network lan pc link speed full half duplex mbit uptime up time since day days hour hours
minute minutes second seconds memory free used total flash cpu load temperature serial
identity identities account accounts line lines user users status state registered unregistered registration
registrations not yet expired failed online offline active inactive enabled disabled available
call calls calling called caller missed received dialed dialled outgoing incoming connected disconnected holding held
hold ringing ringback alerting talking transferring transfer idle busy in on off no yes true false unknown
conversation progress waiting forwarding redirect redirection dnd do disturb mute speaker handset headset
settings setting preferences system information info home menu operation setup advanced behavior behaviour
audio rtp qos security update certificates trusted directory keys key function programmable expansion module modules
usb extension support log logs trace pcap reboot restart reset factory default defaults save apply reload back
next help welcome to your this that the of and or is are a an for with without at by from as if only all some
click here please try again later too many logins failed access blocked web interface login logout administrator admin
mode user password username http https empty warning hint file found ask system check lcs plain regular format
yes no none never always current new old
gesperrt telefon gerät modell hardware software firmware version mac adresse netzwerk leitung leitungen
konto konten identität anruf anrufe gespräch gespräche verbunden besetzt belegt angemeldet
abgemeldet registriert nicht kein keine aktiv betriebszeit laufzeit tage tag stunden minuten sekunden einstellungen
erweitert verpasst angenommen gewählt startseite neustart zurücksetzen speichern information informationen
téléphone modèle matériel logiciel micrologiciel adresse réseau ligne lignes compte comptes appel appels enregistré
libre occupé état jours heures minutes
"""

_PAGES = """
index info state of gui settings prefs fkey line login sip action advanced network qos security update support modules
memstat identity status changed htm html xml cfg txt rtp
"""

LABELS = frozenset(_LABELS.split())
"""In small letters, as all of these."""

MARKUP = frozenset((_MARKUP + _PAGES).split())
"""What tags are made of, and names of pages."""

IN_TAGS = LABELS | MARKUP

_SECTIONS = """
settings phone-settings functionkeys function-keys fkey tbook phone-book item number name dialplan template certificates
setting-files file firmware-settings firmware
"""

SECTIONS = frozenset(_SECTIONS.split())
"""Elements of files of settings that are none themselves (protocol 5.1, 5.4)."""

IN_HEADERS = IN_TAGS | frozenset(_HTTP.split())

_HEADERS = """
server cache-control content-type content-length connection transfer-encoding location www-authenticate pragma expires
date last-modified etag accept-ranges set-cookie keep-alive retry-after allow vary content-encoding content-disposition
x-frame-options x-content-type-options x-xss-protection content-security-policy strict-transport-security
referrer-policy
"""

OF_STATES = frozenset(
    (
        *(
            "registered",
            "unregistered",
            "registration",
            "not",
            "yet",
            "expired",
            "failed",
            "online",
            "offline",
            "active",
        ),
        *("inactive", "enabled", "disabled", "available", "connected", "disconnected", "yes", "no", "ok", "up", "down"),
        *("ready", "angemeldet", "abgemeldet", "registriert", "nicht", "verbunden", "enregistré", "hors", "ligne"),
    )
)
"""Words by which pages tell the state of a line. Nobody is called so, as a label such as Day or Keys."""

HEADERS = frozenset(_HEADERS.split())
"""Names of headers that a profile may show."""

_SIP = """
sip sips udp tcp tls branch rport alias received tag transport line lr expires event subscription state active
terminated pending reason check sync reboot false true reregister only application snomxml simple message summary
notify register options invite ack bye cancel refer subscribe publish info update prack method methods
allow events supported require contact via from to cseq call id route record path accept user agent
trying ringing answer timeout unauthorized forbidden bad event busy here gone server internal unavailable declined
temporarily request ok unsupported length type
"""
_SIP_HEADERS = """
via v from f to t call-id i cseq contact m max-forwards route record-route expires event o subscription-state
content-type c content-length l allow allow-events u supported k require accept accept-language user-agent server
www-authenticate authorization proxy-authenticate proxy-authorization warning reason date x-real-ip p-asserted-identity
retry-after min-expires host accept-encoding referer cookie
"""

_IN_REQUESTS = "mozilla compatible fw bin swu r f keep alive close gzip identity http https"

IN_MESSAGES = LABELS | frozenset((_SIP + _PAGES + _IN_REQUESTS).split())
"""Those of SIP, and of what phones ask for: neither markup nor all that answers by HTTP have."""

_DOCUMENTS = """
xml version encoding utf snomipphonesilent document id fetch mil if elif else condition amp lt gt mb nop reboot
reloadset relevant rich urlencode set type a b broken
"""

IN_DOCUMENTS = LABELS | frozenset(_DOCUMENTS.split())
"""Those of the documents that this collection gives phones to run."""

SIP_HEADERS = frozenset(_SIP_HEADERS.split())
"""Names of headers of SIP, and of requests by HTTP, that a profile may show."""

SIP_OF_PEOPLE = frozenset(("from", "f", "to", "t", "p-asserted-identity"))
"""Those that name people, and in which the words of labels are names, too."""

IN_SIP_OF_PEOPLE = frozenset(("sip", "sips", "tag", "lr", "transport", "udp", "tcp", "tls", "user", "phone"))

SIP_TECHNICAL = frozenset(
    (
        *("via", "v", "cseq", "contact", "m", "max-forwards", "expires", "event", "o", "subscription-state", "allow"),
        *("content-type", "c", "allow-events", "u", "supported", "k", "require", "accept", "user-agent", "server"),
        *("connection", "accept-encoding", "route", "record-route"),
    )
)
"""Those whose values hold words of SIP or HTTP."""

TECHNICAL = HEADERS - frozenset(("server", "location", "expires", "date", "last-modified", "etag", "set-cookie"))
"""Those that hold words of HTTP only."""
