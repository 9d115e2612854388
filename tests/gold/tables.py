"""Keys, columns and lines of the structured genres: JSON payloads, tables, settings and shell sessions.

A JSON field is `key: template`, and `key:: template` where the value goes unquoted.
"""

JSON_TECH = """
id: <UUID?>
request_id: <UUID>
correlation: <#bad_uuid>
client_ip: <IP>
remote_addr: <IP>
mac_address: <MAC>
callback_url: <URL>
avatar: <URL?>
commit: <#sha>
etag: <#digest>
schema: <#version>
created:: <#unix>
updated_ms:: <#unix_ms>
retries:: <#small>
total_rows:: <#small>
bbox: <#coords>
color: <#color>
thumb: <#blob>
path: <#file>
field: <#ident>
sku: <#part>
gtin: <#ean>
window: <#clock>
resolution: <#size>
ratio: <#percent>
price: <#amount>
order_ref: <#order>
case: <#ticket>
shipment: <#tracking>
edition: <#isbn>
batch: <#lot>
access_token: <JWT>
api_key: <STRIPE>
openai_api_key: <OPENAI>
github_token: <GITHUB>
sendgrid_key: <SENDGRID>
google_maps_key: <GOOGLE>
private_key: <PEMLINE>
database_url: <DBURL>
password: <PASSWORD>
imei: <IMEI>
vin: <VIN>
card_number: <CARD>
pan_test: <#bad_card>
iban: <IBAN>
bic: <BIC>
btc_address: <BTC>
eth_address: <ETH>
wallet: <ETH?>
shape: <#lic_word>
fiscal_span: <#years>
origin: <#line>
"""

JSON = {
    "en": """
full_name: <PERSON>
contact_email: <EMAIL>
phone: <PHONE>
mobile_number: <PHONE>
date_of_birth: <BIRTH>
appointment_date: <DATE>
address: <ADDRESS>
city: <CITY>
ssn: <SSN>
itin: <ITIN>
passport_number: <USPASS>
drivers_license: <USDL>
npi: <NPI>
medicare_mbi: <MBI>
bank_account_number: <USBANK>
routing_number: <ABA>
dea_number: <DEA>
nhs_number: <NHS>
national_insurance_number: <NINO>
tax_file_number: <TFN>
abn: <ABN>
social_insurance_number: <SIN>
aadhaar: <AADHAAR>
pan_india: <PAN>
bsn: <BSN>
comment: call <FIRST> about <#order>, not <#code>
note: paid <#amount> on form <#code>, seat <#pages>
""",
    "es": """
nombre_completo: <PERSON>
correo: <EMAIL>
telefono: <PHONE>
movil: <PHONE>
fecha_nacimiento: <BIRTH>
fecha_cita: <DATE>
direccion: <ADDRESS>
ciudad: <CITY>
dni: <NIF>
nif: <NIF>
nie: <NIE>
cif: <CIF>
nuss: <NUSS>
numero_seguridad_social: <NUSS>
cuenta_ccc: <CCC>
pasaporte: <ESPASS>
matricula: <PLATE>
contraseña: <PASSWORD>
observaciones: llamar a <FIRST> por <#order>, no por <#code>
nota: pagó <#amount> con el impreso <#code>, butaca <#pages>
""",
    "fr": """
nom_complet: <PERSON>
courriel: <EMAIL>
telephone: <PHONE>
date_naissance: <BIRTH>
date_rendez_vous: <DATE>
adresse: <ADDRESS>
ville: <CITY>
numero_securite_sociale: <NIR>
nir: <NIR>
mot_de_passe: <PASSWORD>
remarque: payé <#amount> avec le bon <#code>
""",
    "de": """
name: <PERSON>
email: <EMAIL>
telefon: <PHONE>
geburtsdatum: <BIRTH>
termin_datum: <DATE>
anschrift: <ADDRESS>
ort: <CITY>
steuer_id: <DETAX>
steuerliche_identifikationsnummer: <DETAX>
passwort: <PASSWORD>
bemerkung: bezahlt <#amount> mit Beleg <#code>
""",
    "pt": """
nome_completo: <PERSON>
email: <EMAIL>
telefone: <PHONE>
data_nascimento: <BIRTH>
data_consulta: <DATE>
morada: <ADDRESS>
cidade: <CITY>
nif: <PTNIF>
contribuinte: <PTNIF>
cpf: <CPF>
senha: <PASSWORD>
obs: pagou <#amount> com a guia <#code>
""",
}

COLUMNS_TECH = """
row: <#small>
order: <#order>
sku: <#part>
gtin: <#ean>
amount: <#amount>
ratio: <#percent>
epoch: <#unix>
sha: <#sha>
file: <#file>
version: <#version>
slot: <#clock>
lot: <#lot>
size: <#size>
span: <#years>
shelf: <#code>
ticket: <#ticket>
email: <EMAIL>
ip: <IP>
mac: <MAC>
uuid: <UUID>
iban: <IBAN>
bic: <BIC>
card_number: <CARD>
vin: <VIN>
imei: <IMEI>
url: <URL>
eth_address: <ETH>
bitcoin_address: <BTC>
"""

COLUMNS = {
    "en": """
name: <PERSON>
phone: <PHONE>
dob: <BIRTH>
appointment: <DATE>
address: <ADDRESS>
city: <CITY>
ssn: <SSN>
itin: <ITIN>
passport_no: <USPASS>
driver_license: <USDL>
npi: <NPI>
mbi: <MBI>
bank_account: <USBANK>
routing_number: <ABA>
dea_number: <DEA>
nhs_number: <NHS>
ni_number: <NINO>
tfn: <TFN>
abn: <ABN>
sin: <SIN>
aadhaar: <AADHAAR>
pan_card: <PAN>
bsn: <BSN>
""",
    "es": """
nombre: <PERSON>
telefono: <PHONE>
fecha_nacimiento: <BIRTH>
cita: <DATE>
direccion: <ADDRESS>
localidad: <CITY>
dni: <NIF>
nif: <NIF>
nie: <NIE>
cif: <CIF>
nuss: <NUSS>
ccc: <CCC>
pasaporte: <ESPASS>
matricula: <PLATE>
""",
    "fr": """
nom: <PERSON>
telephone: <PHONE>
date_naissance: <BIRTH>
rendez_vous: <DATE>
adresse: <ADDRESS>
ville: <CITY>
nir: <NIR>
numero_securite_sociale: <NIR>
""",
    "de": """
name: <PERSON>
telefon: <PHONE>
geburtsdatum: <BIRTH>
termin: <DATE>
anschrift: <ADDRESS>
ort: <CITY>
steuer_id: <DETAX>
""",
    "pt": """
nome: <PERSON>
telefone: <PHONE>
data_nascimento: <BIRTH>
consulta: <DATE>
morada: <ADDRESS>
cidade: <CITY>
nif: <PTNIF>
cpf: <CPF>
""",
}

ENV = """
APP_VERSION=<#version>
BUILD_SHA=<#sha>
PORT=<#port>
LOG_DIR=/var/log/rota
AWS_ACCESS_KEY_ID=<AWS>
AWS_REGION=eu-west-3
GITHUB_TOKEN=<GITHUB>
GH_PAT="<GITHUB>"
OPENAI_API_KEY=<OPENAI>
ANTHROPIC_API_KEY="<ANTHROPIC>"
SLACK_BOT_TOKEN=<SLACK>
STRIPE_SECRET_KEY=<STRIPE>
GOOGLE_API_KEY=<GOOGLE>
GITLAB_TOKEN='<GITLAB>'
NPM_TOKEN=<NPM>
HF_TOKEN=<HF>
SENDGRID_API_KEY=<SENDGRID>
SERVICE_JWT=<JWT>
DATABASE_URL=<DBURL>
REPLICA_DSN="<DBURL>"
DB_PASSWORD=<PASSWORD>
REDIS_PASSWORD="<PASSWORD>"
SMTP_PASS=<PASSWORD>
ADMIN_EMAIL=<EMAIL>
MAIL_FROM="<PERSON?> <<EMAIL>>"
BIND_IP=<IP>
PROXY_ALLOW_IPS=<IP>
BRIDGE_MAC=<MAC>
PUBLIC_URL=<URL>
TENANT_UUID=<UUID>
PAYOUT_ETH_ADDRESS=<ETH>
PAYOUT_BTC_ADDRESS=<BTC>
ONCALL_PHONE=<PHONE>
MAX_ROWS=<#count>
CACHE_SALT_ROUNDS=<#small>
THEME_COLOR=<#color>
STATIC_HASH=<#digest>
RELEASE_EPOCH=<#unix>
VIEWPORT=<#size>
TEST_CARD_INVALID=<#bad_card>
TRACE_PARENT=<#bad_uuid>
QUIET_HOURS=<#clock>-<#clock>
SAMPLE_RATE=<#percent>
FEATURE_FLAG=<#ident>
FAVICON=<#blob>
EXPORT_FILE=<#file>
"""

YAML = """
password: <PASSWORD>
db_password: "<PASSWORD>"
url: <URL>
dsn: <DBURL>
token: <GITLAB>
slack_token: <SLACK>
api_key: <GOOGLE>
hf_token: <HF>
sendgrid: <SENDGRID>
stripe_key: <STRIPE>
openai_key: <OPENAI>
aws_access_key_id: <AWS>
bearer: <JWT>
owner_email: <EMAIL>
pager_phone: "<PHONE>"
host_ip: <IP>
node_ip: "<IP>"
mac: "<MAC>"
tenant_id: <UUID>
settle_iban: <IBAN>
settle_bic: <BIC>
image_tag: <#version>
digest: <#sha>
port: <#port>
replicas: <#small>
revision: "<#sha>"
max_rows: <#count>
accent: "<#color>"
checksum: <#digest>
since: <#unix>
window: "<#clock>"
artifact: <#file>
flag: <#ident>
part: <#part>
fixture_id: <#bad_uuid>
logo: <#blob>
sample: "<#percent>"
canvas: "<#coords>"
"""

SHELL = {
    "en": """
$ export AWS_ACCESS_KEY_ID=<AWS>
$ export OPENAI_API_KEY=<OPENAI>
$ export ANTHROPIC_API_KEY=<ANTHROPIC>
$ export DB_PASSWORD='<PASSWORD>'
$ curl -H "Authorization: Bearer <JWT>" <URL>
$ curl -sS <URL?> -o <#file>
$ git config user.email <EMAIL>
$ git log --oneline | head -1
<#sha> tidy up <#ident>
$ GITLAB_TOKEN=<GITLAB> git push origin main
$ echo "//registry.npmjs.org/:_authToken=<NPM>" >> .npmrc
$ huggingface-cli login --token <HF>
$ gh auth login --with-token <<< <GITHUB>
$ ping -c 1 <IP?>
PING reply: icmp_seq=1 ttl=<#small> time=0.<#small> ms
$ ip neigh
<IP?> dev eth0 lladdr <MAC> REACHABLE
$ psql "<DBURL?>" -c 'select count(*) from rota'
 <#count>
$ mysql -u root -p'<PASSWORD>' rota
Enter password: <PASSWORD>
$ sha256sum <#file>
<#digest>  <#file>
$ date +%s
<#unix>
$ ls -la
-rw-r--r-- 1 app app <#count> <#file>
$ python3 -c 'import foo; print(foo.__version__)'
<#version>
$ stripe login --api-key <STRIPE>
$ id
uid=<#small>(deploy) gid=<#small>(deploy)
$ ssh deploy@gw01 uptime
<#clock> up <#small> days, load average: 0.<#small>, 0.<#small>
$ cat deploy.key
<PEM?>
# ask <PERSON> (<EMAIL>) before you run this
# callback number <PHONE>, bay <#code>
$ docker inspect -f '{{.Id}}' rota
<#sha>
$ uuidgen
<UUID?>
$ base64 badge.png | head -1
<#blob>
""",
    "es": """
$ export AWS_ACCESS_KEY_ID=<AWS>
$ export GOOGLE_API_KEY=<GOOGLE>
$ export CONTRASENA_BD='<PASSWORD>'
$ curl -H "Authorization: Bearer <JWT>" <URL>
$ git config user.email <EMAIL>
<#sha> limpia <#ident>
$ GITLAB_TOKEN=<GITLAB> git clone turnos
$ echo "//registry.npmjs.org/:_authToken=<NPM>" >> .npmrc
$ huggingface-cli login --token <HF>
$ ping -c 1 <IP?>
respuesta: icmp_seq=1 ttl=<#small> tiempo=0.<#small> ms
<IP?> dev eth0 lladdr <MAC> REACHABLE
$ psql "<DBURL?>" -c 'select count(*) from cuadrante'
 <#count>
Contraseña: <PASSWORD>
$ sha256sum <#file>
<#digest>  <#file>
$ date +%s
<#unix>
-rw-r--r-- 1 app app <#count> <#file>
$ turnos --version
<#version>
<#clock> en marcha <#small> días, carga: 0.<#small>, 0.<#small>
$ cat despliegue.key
<PEM?>
# preguntar a <PERSON> (<EMAIL>) antes de lanzarlo
# guardia: teléfono <PHONE>, muelle <#code>
# titular: DNI <NIF>, expediente <#ticket>
$ uuidgen
<UUID?>
$ base64 carne.png | head -1
<#blob>
$ export SLACK_TOKEN=<SLACK>
$ export SENDGRID_API_KEY=<SENDGRID>
$ export GITHUB_TOKEN=<GITHUB>
$ export STRIPE_KEY=<STRIPE>
""",
}
