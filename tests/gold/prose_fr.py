"""French sentences of the gold set, by genre."""

CONTRACT = """
Le présent bail est conclu entre <PERSON>, demeurant <ADDRESS>, et <=company>.
Le loyer de <#amount> est versé chaque mois sur le compte IBAN <IBAN>.
La salariée, numéro de sécurité sociale <NIR>, prend ses fonctions le <DATE>.
Né le <BIRTH> à <CITY>, de nationalité française.
Toute notification est envoyée à <EMAIL> ou signalée au <PHONE>.
L'article <#pages> prévaut sur l'annexe <#pages>, pages <#pages>.
Le véhicule, numéro de châssis <VIN>, affiche <#count> kilomètres.
Le dépôt de garantie représente <#percent> du prix, soit <#amount>.
Le vendeur espagnol présente son NIE <NIE> et le notaire en prend copie.
L'acquéreur allemand indique son numéro fiscal (Steuer-ID) <DETAX>.
Les travaux du plan <#part>, feuille <#small> sur <#small>, sont exclus.
Le code BIC de la banque est <BIC>.
Fait à <CITY>, le <DATE>, en deux exemplaires.
Les exercices <#years> sont réputés clos.
Dossier <#ticket>, bon <#order>, lot <#lot>.
Le règlement par carte <CARD> est accepté sans frais.
L'héritière italienne, codice fiscale <ITCF>, renonce à sa part.
La caution, <PERSON>, répond à hauteur de <#amount>.
Un intérêt de <#percent> court sur toute somme au-delà de <#amount>.
La livraison a lieu entre <#clock> et <#clock>, bordereau <#tracking>.
L'avis public <#code> ne vaut pas publication ni duplicata.
L'exemplaire signé est disponible sur <URL>, empreinte <#digest>.
Le téléphone fourni, IMEI <IMEI>, reste la propriété de <=company>.
Le mandataire portugais, NIF portugais <PTNIF>, signe à distance.
Veuillez agréer, Madame, mes salutations distinguées. <PERSON?>
L'ouvrage de référence porte l'ISBN <#isbn>, édition <#version>.
"""

CLINICAL = """
Patiente : <PERSON>, née le <BIRTH>.
Numéro de sécurité sociale : <NIR>.
TA <#lab>, pouls <#lab>, température <#lab> à <#clock>.
Domiciliée <ADDRESS>, vit seule au troisième étage.
Personne à prévenir : <PERSON>, téléphone <PHONE>.
Traitement : <#dose> deux fois par jour pendant <#small> jours.
Prochain rendez-vous le <DATE> à <#clock>, salle <#pages>.
Codes diagnostiques <#icd> et <#icd>.
Hémoglobine <#lab>, glycémie <#lab>, lot <#lot>.
Compte rendu adressé à <EMAIL>.
Touriste espagnol, DNI <NIF>, carte européenne valable.
Patient anglais, NHS number <NHS>, en vacances à <CITY>.
Fraction d'éjection <#percent>, tracé repéré en <#coords>.
Prothèse <#part>, taille <#small>, sans complication.
L'ordonnance <#order> remplace la <#order>.
Reste à charge de <#amount>, carte bancaire <CARD>.
Images <#file>, empreinte <#digest>, <#small> coupes.
Pompe à perfusion, adresse MAC <MAC>, logiciel <#version>.
Opéré de <#clock> à <#clock>, pertes <#dose>.
Résultats consultables sur <URL>
Poids <#small> kg, périmètre <#small> cm, score <#small>.
Participante <UUID> exclue après <#dose>.
Vu par le Dr <PERSON?>, avis inchangé.
Le questionnaire <#code> succède au <#code>.
Remboursement sur l'IBAN <IBAN>, montant <#amount>.
Sortie le <DATE> avec l'accord de <PERSON>.
"""

EMAIL = """
Pouvez-vous rappeler <PERSON> au <PHONE> avant midi ?
J'ai déménagé, ma nouvelle adresse est <ADDRESS>.
Je n'arrive plus à me connecter avec le courriel <EMAIL>.
Je mets en copie <EMAIL>, qui gère le <=product>.
L'avoir de la commande <#order> était de <#amount>, pas de <#amount>.
Ci-joint <#file> (<#size>), produit avec la <#version>.
Merci de débiter la carte <CARD> pour le renouvellement.
Le colis <#tracking> a quitté le dépôt à <#clock>.
Nous changeons de banque, nouvel IBAN : <IBAN>.
Je suis né le <BIRTH>, si cela aide à retrouver le contrat.
Le ticket <#ticket> est le troisième sur la pièce <#part>.
Le lien en panne : <URL>
Erreur à <#line>, il est question de <#ident>.
La box a l'adresse IP <IP> et la MAC <MAC>.
Le trafic de <IP?> a bondi de <#percent>.
La version <#sha> est en recette.
La paie redemande mon numéro de sécurité sociale : <NIR>.
La capture fait <#size>, le défaut est en <#coords>.
Téléphone volé, IMEI <IMEI>.
La session <UUID> a perdu son panier.
L'identifiant <#bad_uuid> est refusé par la recherche.
Rendez-vous le <DATE> à <#clock>, à <CITY>.
Cordialement, <PERSON?>, <=company>, <PHONE>
Code-barres <#ean>, étiquette <#code>.
Le mot de passe : <PASSWORD> (à changer).
Le numéro d'essai <#bad_card> est refusé exprès.
Le BIC de l'agence est <BIC>.
"""

CHAT = """
Résume la réclamation suivante en trois points.
Rends ce message plus doux : « j'ai dit à <PERSON> au téléphone (<PHONE>) que c'était cassé ».
Écris à <EMAIL> que la commande <#order> aura du retard.
Pourquoi <#line> échoue quand <#ident> est vide ?
Fais un tableau : <PERSON?>, date de naissance <BIRTH>, habite <CITY>.
Ma clé est <OPENAI?> et je reçois une 401.
La <#version> est-elle plus récente que la <#version> ?
Traduis : « Votre rendez-vous du <DATE> à <#clock> est confirmé ».
Le client a tapé : ma carte est <CARD>.
Explique cette trace, regarde <#line> dans <#file>.
Quel pourcentage fait <#amount> sur <#amount> ? Je trouve <#percent>.
Convertis <#unix> en date lisible.
Rédige une lettre à ma propriétaire, qui habite <ADDRESS>.
Vérifie cet IBAN : <IBAN>
La règle sur <#ident> accepte <#bad_card>, pourquoi ?
Le serveur <IP> répond sur le port <#port>, pas le navigateur.
Mon numéro de sécurité sociale est <NIR>, quel est le département ?
Compare <#sha> et <#sha>.
Trace les points <#coords> en couleur <#color>.
L'empreinte <#digest>, c'est du MD5 ?
Décode ceci : <#blob>
Ce jeton a expiré, quand ? <JWT>
Cite le livre ISBN <#isbn>, pages <#pages>.
Voici la chaîne de connexion : <DBURL>
Le mot de passe est <PASSWORD>, est-il solide ?
Trie : <#part> <#small>, <#part> <#small>.
"""

INVOICE = """
Client : <PERSON>, <ADDRESS>
Fournisseur : <=company>
Courriel <EMAIL>, téléphone <PHONE>
Facture n° <#order>
Votre référence : <#ticket>
Date de facture : <DATE>
Échéance : <DATE>
Virement IBAN <IBAN>, BIC <BIC>
Payé par carte <CARD>, autorisation <#small>8<#small>
1 x <#part>, <=product> : <#amount>
<#small> x <#part>, encre, code-barres <#ean> : <#amount>
<#small> h de conseil à <#amount> : <#amount>
Port, bordereau <#tracking>, <#size> : <#amount>
Total HT : <#amount>
TVA <#percent> : <#amount>
Remise <#percent> (offre <#code>) : -<#amount>
TOTAL TTC : <#amount>
Véhicule, numéro de châssis <VIN>, <#count> km
Contact : <PERSON>, <PHONE>
Voir en ligne : <URL>
Client espagnol, NIF espagnol <NIF>
Client italien, codice fiscale <ITCF>
Client portugais, NIF portugais <PTNIF>
Catalogue ISBN <#isbn>, <#small> exemplaires
Empreinte : <#digest>
Période : <#years>
"""

HR = """
Nom et prénom : <PERSON>
Date de naissance : <BIRTH>
Adresse : <ADDRESS>
Courriel personnel : <EMAIL>
Portable : <PHONE>
Numéro de sécurité sociale : <NIR>
NIR : <NIR>
IBAN : <IBAN>
BIC : <BIC>
Carte de société : <CARD>
IMEI : <IMEI>
Adresse MAC : <MAC>
Lieu de naissance : <CITY>
Date d'entrée : <DATE>
Responsable : <PERSON>
Profil intranet : <URL>
UUID : <UUID>
Mot de passe initial : <PASSWORD>
NIE (Espagne) : <NIE>
Codice fiscale (Italie) : <ITCF>
BSN (Pays-Bas) : <BSN>
Modèle de badge : <#version>
Centre de coût : <#code>
Échelon : <#part>
Bureau : <#pages>
Salaire brut : <#amount>
Prime : <#percent>
Demande : <#ticket>
Horaires : <#clock> à <#clock>
Casier : <#small>
Pièce jointe : <#file> (<#size>)
Empreinte : <#digest>
Saison : <#years>
Commande : <#order>
Statut : <#lic_word>
Lot de paie : <#lot>
"""

TITLES = {
    "contract": ["BAIL D'HABITATION", "Mise en demeure", "Contrat de prestation"],
    "clinical": ["COMPTE RENDU DE SORTIE", "Note de consultation"],
    "email": ["Objet : {} en attente", "Objet : RE: {}"],
    "chat": ["Utilisateur :", "[demande]"],
    "invoice": ["FACTURE", "Avoir"],
    "hr": ["FICHE D'ENTRÉE", "Dossier du personnel"],
}
