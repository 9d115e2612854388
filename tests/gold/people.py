"""Names of people and places, by language, from which PERSON and LOCATION values are put together."""

FIRST = {
    "en": "Imogen Callum Priya Desmond Thea Rufus Odette Marcus Nkechi Graham Siobhan Tobias Lorna Emeka Hattie Quentin "
    "Beatrix Alasdair Farah Wendell Juniper Clive Rosalind Dev Maeve Anton Keisha Barnaby Yusuf Cordelia".split(),
    "es": "Itziar Gonzalo Macarena Ximena Iker Rocío Joaquín Nerea Ángel Begoña Álvaro Candela Ignacio Maite Óscar Leire "
    "Rubén Montserrat Íñigo Paloma Jordi Araceli Aitor Remedios Unai Soledad Germán Pilar Nuria Fermín".split(),
    "fr": "Aurélie Baptiste Clémence Didier Élodie Fabrice Gaëlle Hugo Inès Jérôme Maëlys Olivier Solène Thibault".split(),
    "de": "Anneliese Björn Dörte Eckhard Friederike Gregor Heike Ingo Jörg Katrin Ludger Mechthild Rüdiger Silke".split(),
    "pt": "Afonso Beatriz Caetano Dulce Edmundo Filipa Gonçalo Inês João Leonor Márcia Nuno Otávio Tânia".split(),
}

LAST = {
    "en": "Ashdown Okafor Whitlock Pemberton Castellano Marlowe Haverford Brennan Nakamura Thistlewood Abernathy Dunleavy "
    "Rahman Kowalczyk Fairbanks Oyelaran Sutcliffe Lindqvist Tremblay Underhill Vance Holloway Prescott Quigley "
    "O'Rourke Stanhope Birchall Mbeki Fenwick Garrison".split(),
    "es": "Etxeberria Villalobos Cifuentes Zubizarreta Olmedo Peñalver Quintanilla Rebolledo Santamaría Urrutia Vidal "
    "Arrieta Barragán Carmona Domènech Espinosa Figueroa Gallardo Herrero Iriarte Junquera Lozano Mansilla Noguera "
    "Ordóñez Puig Rivas Salvatierra Tejedor Yáñez".split(),
    "fr": "Lefebvre Delacroix Marchand Boisvert Charpentier Gauthier Roussel Vasseur Perrin Fontaine Mercier".split(),
    "de": "Hoffmeister Brandstätter Krüger Lindemann Oberhauser Pfeiffer Steinbach Vogelsang Weidner Zimmerer".split(),
    "pt": "Figueiredo Magalhães Nogueira Quaresma Sarmento Teixeira Vasconcelos Azevedo Bragança Cardoso Drummond".split(),
}

CITY = {
    "en": [
        "Shrewsbury",
        "Duluth",
        "Halifax",
        "Spokane",
        "Inverness",
        "Chattanooga",
        "Norwich",
        "Tacoma",
        "Galway",
        "Albuquerque",
        "Aberystwyth",
        "Des Moines",
        "Wolverhampton",
        "Baton Rouge",
        "Toledo, Ohio",
        "Perth",
    ],
    "es": [
        "Zamora",
        "Vitoria-Gasteiz",
        "Albacete",
        "Castellón de la Plana",
        "Huesca",
        "Lugo",
        "Pontevedra",
        "Badajoz",
        "Cartagena",
        "Rosario",
        "Guadalajara",
        "Arequipa",
        "Valparaíso",
        "Mérida",
        "Gijón",
        "Reus",
    ],
    "fr": ["Clermont-Ferrand", "Besançon", "Nîmes", "Angers", "Dunkerque", "Pau", "Limoges"],
    "de": ["Osnabrück", "Chemnitz", "Wuppertal", "Regensburg", "Kassel", "Flensburg", "Jena"],
    "pt": ["Setúbal", "Coimbra", "Viseu", "Curitiba", "Évora", "Florianópolis", "Guimarães"],
}

STREET = {
    "en": [
        "Tanyard Row",
        "Quarry Hill Road",
        "Larkspur Avenue",
        "Old Mill Crescent",
        "Foundry Street",
        "Cedar Hollow Drive",
    ],
    "es": [
        "Calle de los Tintoreros",
        "Avda. del Alcázar",
        "C/ Fuente Honda",
        "Paseo de la Ribera",
        "Plaza del Olivar",
        "Ronda de Levante",
    ],
    "fr": ["rue des Tanneurs", "avenue du Vieux Port", "boulevard Saint-Aubin", "impasse des Glycines"],
    "de": ["Gerberstraße", "Am Alten Markt", "Lindenallee", "Mühlenweg"],
    "pt": ["Rua dos Curtidores", "Avenida da Ribeira", "Travessa do Loureiro", "Largo da Fonte"],
}

COMPANY = {
    "en": [
        "Harbourlight Ltd",
        "Tern & Finch LLP",
        "Bluegate Freight",
        "Ostrich Analytics",
        "Copperleaf Dental",
        "Nine Elms Robotics",
    ],
    "es": [
        "Molinos del Sur, S.L.",
        "Grupo Atalaya",
        "Talleres Bidasoa",
        "Clínica Miralrío",
        "Aceites Sierra Parda",
        "Ferretería Hnos. Costa",
    ],
    "fr": ["Atelier Brume SARL", "Transports Garonne", "Pharmacie du Pont", "Boulons & Cie"],
    "de": ["Nordlicht GmbH", "Bäckerei Kornfeld", "Werkzeugbau Alster", "Praxis am Park"],
    "pt": ["Cortiças do Tejo, Lda.", "Oficina Alvorada", "Padaria Boa Hora", "Serra Azul Seguros"],
}

PRODUCT = {
    "en": [
        "badge printer",
        "intake form",
        "billing export",
        "loading dock sensor",
        "search index",
        "rota planner",
        "warranty desk",
    ],
    "es": [
        "lector de tarjetas",
        "parte de trabajo",
        "módulo de cobros",
        "sensor del muelle",
        "buscador",
        "cuadrante de turnos",
        "albarán",
    ],
    "fr": ["lecteur de badges", "formulaire d'accueil", "export comptable", "planning des gardes"],
    "de": ["Ausweisdrucker", "Aufnahmebogen", "Abrechnungsexport", "Schichtplan"],
    "pt": ["leitor de cartões", "formulário de entrada", "módulo de faturação", "mapa de turnos"],
}

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split(),
}

DOMAINS = (
    "harbourlight.co.uk ternfinch.com bluegate-freight.net ostrich.dev copperleaf.dental nineelms.io molinosdelsur.es "
    "atalaya.com.mx bidasoa.eus clinica-miralrio.es post.sierraparda.es brume.fr nordlicht.de mail.kornfeld.de "
    "cortejo.pt oficina-alvorada.com.br inboxly.me letterbox.email kestrel.health uni-veldhoven.nl it.quarrystone.org "
    "studio8.design wren.cat payroll.lindenhall.edu"
).split()

ROLES = "billing rrhh accounts citas no-reply reception dpo facturacion night.desk it-help secretaria kontakt".split()
