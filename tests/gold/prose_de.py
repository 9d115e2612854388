"""German sentences of the gold set, by genre."""

CONTRACT = """
Dieser Mietvertrag wird zwischen <PERSON>, wohnhaft <ADDRESS>, und <=company> geschlossen.
Die Miete von <#amount> ist monatlich auf die IBAN <IBAN> zu zahlen.
Die Arbeitnehmerin, Steuer-ID <DETAX>, beginnt am <DATE>.
Geboren am <BIRTH> in <CITY>, ledig.
Mitteilungen gehen an <EMAIL> oder telefonisch an <PHONE>.
Ziffer <#pages> geht der Anlage <#pages>, Seiten <#pages>, vor.
Das Fahrzeug mit der Fahrgestellnummer <VIN> hat <#count> Kilometer gelaufen.
Die Kaution beträgt <#percent> des Preises, also <#amount>.
Der spanische Verkäufer weist sich mit NIE <NIE> aus.
Die niederländische Gesellschafterin nennt ihre BSN <BSN>.
Arbeiten nach Plan <#part>, Blatt <#small> von <#small>, sind nicht umfasst.
Der BIC der Bank lautet <BIC>.
<CITY>, den <DATE>, in zwei Ausfertigungen.
Die Geschäftsjahre <#years> gelten als abgeschlossen.
Akte <#ticket>, Lieferschein <#order>, Charge <#lot>.
Zahlung mit Karte <CARD> ist ohne Aufschlag möglich.
Der französische Erbe, Sozialversicherungsnummer (NIR) <NIR>, verzichtet.
Der Bürge, <PERSON>, haftet bis <#amount>.
Verzugszinsen von <#percent> laufen ab <#amount>.
Die Anlieferung erfolgt von <#clock> bis <#clock>, Sendung <#tracking>.
Die öffentliche Bekanntmachung <#code> ist kein Duplikat.
Das unterschriebene Exemplar liegt unter <URL>, Prüfsumme <#digest>.
Das überlassene Telefon, IMEI <IMEI>, bleibt Eigentum von <=company>.
Die italienische Partnerin, Codice fiscale <ITCF>, zeichnet allein.
Mit freundlichen Grüßen <PERSON?>
Maßgeblich ist das Werk mit der ISBN <#isbn>, Auflage <#version>.
"""

CLINICAL = """
Patientin: <PERSON>, geboren am <BIRTH>.
Anschrift: <ADDRESS>, lebt allein im dritten Stock.
RR <#lab>, Puls <#lab>, Temperatur <#lab> um <#clock>.
Angehörige: <PERSON>, Telefon <PHONE>.
Medikation: <#dose> zweimal täglich für <#small> Tage.
Nächster Termin am <DATE> um <#clock>, Raum <#pages>.
Diagnosen <#icd> und <#icd>.
Hämoglobin <#lab>, Blutzucker <#lab>, Charge <#lot>.
Arztbrief verschickt an <EMAIL>.
Spanischer Tourist, DNI <NIF>, Europäische Karte gültig.
Britischer Patient, NHS number <NHS>, zu Besuch in <CITY>.
Auswurffraktion <#percent>, Kurve markiert bei <#coords>.
Prothese <#part>, Größe <#small>, ohne Komplikation.
Rezept <#order> ersetzt <#order>.
Zuzahlung <#amount> mit Karte <CARD> beglichen.
Bilder <#file>, Prüfsumme <#digest>, <#small> Schichten.
Infusionspumpe mit MAC-Adresse <MAC>, Software <#version>.
Operation von <#clock> bis <#clock>.
Befunde abrufbar unter <URL>
Gewicht <#small> kg, Umfang <#small> cm, Punktwert <#small>.
Studienteilnehmerin <UUID> nach <#dose> ausgeschieden.
Visite durch Dr. <PERSON?>, Plan unverändert.
Fragebogen <#code> löst <#code> ab.
Erstattung auf IBAN <IBAN>, Betrag <#amount>.
Entlassen am <DATE> in Begleitung von <PERSON>.
Steuerliche Identifikationsnummer für die Kasse: <DETAX>.
"""

EMAIL = """
Bitte rufen Sie <PERSON> unter <PHONE> noch vor Mittag zurück.
Ich bin umgezogen, die neue Adresse ist <ADDRESS>.
Die Anmeldung mit der E-Mail <EMAIL> klappt nicht mehr.
In Kopie <EMAIL>, zuständig für den <=product>.
Die Gutschrift zu <#order> betrug <#amount> statt <#amount>.
Anbei <#file> (<#size>), erzeugt mit <#version>.
Bitte belasten Sie die Karte <CARD> für die Verlängerung.
Paket <#tracking> verließ das Lager um <#clock>.
Neue Bankverbindung: IBAN <IBAN>.
Ich bin am <BIRTH> geboren, falls das beim Suchen hilft.
Ticket <#ticket> ist das dritte zu Teil <#part>.
Der kaputte Link: <URL>
Fehler in <#line>, es geht um <#ident>.
Der Router hat die IP <IP> und die MAC <MAC>.
Anfragen von <IP?> stiegen um <#percent>.
Stand <#sha> liegt auf der Testumgebung.
Die Lohnstelle will wieder meine Steuer-ID: <DETAX>.
Das Bild misst <#size>, der Fehler sitzt bei <#coords>.
Handy gestohlen, IMEI <IMEI>.
Sitzung <UUID> hat den Warenkorb verloren.
Die Kennung <#bad_uuid> findet die Suche nicht.
Treffen am <DATE> um <#clock> in <CITY>.
Viele Grüße, <PERSON?>, <=company>, <PHONE>
Strichcode <#ean>, Etikett <#code>.
Das Passwort: <PASSWORD> (bitte ändern).
Die Testnummer <#bad_card> wird absichtlich abgelehnt.
Der BIC der Filiale ist <BIC>.
"""

CHAT = """
Fasse die folgende Beschwerde in drei Punkten zusammen.
Formuliere freundlicher: »Ich habe <PERSON> am Telefon (<PHONE>) gesagt, dass es kaputt ist.«
Schreib an <EMAIL>, dass sich <#order> verspätet.
Warum scheitert <#line>, wenn <#ident> leer ist?
Mach eine Tabelle: <PERSON?>, Geburtsdatum <BIRTH>, wohnt in <CITY>.
Mein Schlüssel ist <OPENAI?> und ich bekomme 401.
Ist <#version> neuer als <#version>?
Übersetze: »Ihr Termin am <DATE> um <#clock> ist bestätigt.«
Der Kunde tippte: meine Karte ist <CARD>.
Erkläre den Stacktrace, wichtig ist <#line> in <#file>.
Wie viel Prozent sind <#amount> von <#amount>? Ich komme auf <#percent>.
Rechne <#unix> in ein Datum um.
Schreib meinem Vermieter, wohnhaft <ADDRESS>, wegen der Heizung.
Stimmt diese IBAN: <IBAN>
Die Regel für <#ident> lässt <#bad_card> durch, warum?
Der Server <IP> antwortet auf Port <#port>, der Browser nicht.
Meine Steuer-Identifikationsnummer ist <DETAX>, ist sie gültig?
Vergleiche <#sha> mit <#sha>.
Zeichne die Punkte <#coords> in <#color>.
Ist <#digest> ein MD5?
Dekodiere: <#blob>
Wann lief dieses Token ab: <JWT>
Zitiere das Buch mit ISBN <#isbn>, Seiten <#pages>.
Hier die Verbindung, schreib die Migration: <DBURL>
Das Passwort ist <PASSWORD>, ist es sicher?
Sortiere: <#part> <#small>, <#part> <#small>.
"""

INVOICE = """
Kunde: <PERSON>, <ADDRESS>
Lieferant: <=company>
E-Mail <EMAIL>, Telefon <PHONE>
Rechnung Nr. <#order>
Ihr Zeichen: <#ticket>
Rechnungsdatum: <DATE>
Fällig am: <DATE>
Überweisung an IBAN <IBAN>, BIC <BIC>
Bezahlt mit Karte <CARD>, Freigabe <#small>8<#small>
1 x <#part>, <=product>: <#amount>
<#small> x <#part>, Toner, Strichcode <#ean>: <#amount>
<#small> h Beratung zu <#amount>: <#amount>
Fracht, Sendung <#tracking>, <#size>: <#amount>
Netto: <#amount>
MwSt. <#percent>: <#amount>
Rabatt <#percent> (Aktion <#code>): -<#amount>
GESAMT: <#amount>
Fahrgestellnummer <VIN>, <#count> km
Ansprechpartner: <PERSON>, <PHONE>
Online ansehen: <URL>
Steuer-ID des Kunden: <DETAX>
Spanischer Kunde, NIF (Spanien) <NIF>
Italienischer Kunde, Codice fiscale <ITCF>
Katalog ISBN <#isbn>, <#small> Stück
Prüfsumme: <#digest>
Zeitraum: <#years>
"""

HR = """
Name: <PERSON>
Geburtsdatum: <BIRTH>
Anschrift: <ADDRESS>
Private E-Mail: <EMAIL>
Mobiltelefon: <PHONE>
Steuer-ID: <DETAX>
Steuerliche Identifikationsnummer: <DETAX>
IBAN: <IBAN>
BIC: <BIC>
Firmenkarte: <CARD>
IMEI: <IMEI>
MAC-Adresse: <MAC>
Geburtsort: <CITY>
Eintrittsdatum: <DATE>
Vorgesetzte: <PERSON>
Intranetprofil: <URL>
UUID: <UUID>
Passwort: <PASSWORD>
NIE (Spanien): <NIE>
Codice fiscale (Italien): <ITCF>
BSN (Niederlande): <BSN>
NIR (Frankreich): <NIR>
Ausweisvorlage: <#version>
Kostenstelle: <#code>
Stufe: <#part>
Zimmer: <#pages>
Bruttogehalt: <#amount>
Prämie: <#percent>
Antrag: <#ticket>
Arbeitszeit: <#clock> bis <#clock>
Spind: <#small>
Anhang: <#file> (<#size>)
Prüfsumme: <#digest>
Saison: <#years>
Bestellung: <#order>
Stand: <#lic_word>
Lohnlauf: <#lot>
"""

TITLES = {
    "contract": ["MIETVERTRAG", "Mahnung", "Dienstvertrag"],
    "clinical": ["ENTLASSUNGSBRIEF", "Ambulanznotiz"],
    "email": ["Betreff: {} fehlt noch", "Betreff: AW: {}"],
    "chat": ["Nutzerin:", "[Anfrage]"],
    "invoice": ["RECHNUNG", "Gutschrift"],
    "hr": ["PERSONALBOGEN", "Änderungsmeldung"],
}
