"""Spanish sentences of the gold set, by genre; half of them hold nothing that is personal, only what looks like it."""

CONTRACT = """
REUNIDOS: de una parte, <PERSON>, mayor de edad, con DNI <NIF> y domicilio en <ADDRESS>.
De otra parte, <PERSON>, con tarjeta de residencia NIE <NIE>, en adelante la arrendataria.
La mercantil <=company>, provista de CIF <CIF>, actúa representada por su administradora.
La renta de <#amount> se ingresará por mensualidades anticipadas en el IBAN <IBAN>.
Las partes fijan como correo para notificaciones <EMAIL> y como teléfono <PHONE>.
La cláusula <#pages> deja sin efecto lo previsto en el anexo <#pages>, páginas <#pages>.
El vehículo con matrícula <PLATE> y bastidor <VIN> se entrega con <#count> kilómetros.
La trabajadora, afiliada a la Seguridad Social con el número <NUSS>, percibirá <#amount> brutos.
La fianza, equivalente al <#percent> de la renta anual, queda depositada en el registro público.
Domiciliación de recibos: código cuenta cliente <CCC>, entidad con BIC <BIC>.
El presente contrato surte efectos desde el <DATE> y vence el <DATE>.
Nacido en <CITY> el <BIRTH>, según consta en el pasaporte número <ESPASS>.
Se excluyen los trabajos del plano <#part>, hoja <#small> de <#small>, por importe de <#amount>.
El apoderado portugués, NIF de Portugal <PTNIF>, firma por videoconferencia.
La heredera italiana, codice fiscale <ITCF>, renuncia a su parte.
El socio brasileño, titular del CPF <CPF>, aporta <#amount> al capital.
La administradora alemana facilita su Steuer-ID <DETAX> a efectos de retención.
El comprador francés exhibe su número de la seguridad social (NIR) <NIR>.
Se aplicará un interés del <#percent> a toda cantidad superior a <#amount>.
La publicación del edicto <#code> en el tablón no requiere solicitud duplicada.
En <CITY>, a <DATE>, firman por triplicado.
Muy señor mío: le escribo en relación con su carta del <DATE>.
Atentamente, <PERSON?>, tel. <PHONE>.
El fiador, con documento nacional de identidad <NIF>, responde hasta <#amount>.
El pago podrá hacerse con la tarjeta número <CARD>, sin recargo.
El inmueble, de <#small> metros cuadrados, figura al folio <#small>, tomo <#count>.
Expediente <#ticket>, albarán <#order>, partida <#lot>.
La arrendadora vive en <ADDRESS> y pasa los veranos en <CITY>.
Los ejercicios <#years> y <#years> quedan fuera de la auditoría.
La copia firmada se descarga en <URL>; su huella es <#digest>.
El terminal entregado, con IMEI <IMEI>, se devolverá al cese.
El precio podrá abonarse en bitcoin a la dirección <BTC>.
El contrato inteligente de Ethereum <ETH> libera el pago con dos firmas.
El horario de carga será de <#clock> a <#clock>, salvo festivos.
Comparece también <PERSON?>, con N.I.F. <NIF>, como traductor.
La empresa instaladora, N.I.F. <CIF>, responde durante <#small> meses.
La remesa viaja con el documento <#tracking> y <#small> bultos de <#size>.
Nuestro abogado estadounidense consignó el Social Security number <SSN> del causante.
La edición <#version> del pliego, ISBN <#isbn>, sustituye a la anterior.
"""

CLINICAL = """
Paciente: <PERSON>. Fecha de nacimiento: <BIRTH>.
Acude acompañada de su hija, <PERSON>, con teléfono de contacto <PHONE>.
DNI <NIF>, n.º de la Seguridad Social <NUSS>, mutua al corriente.
TA <#lab>, FC <#lab>, temperatura <#lab> a las <#clock>.
Se pauta <#dose> cada ocho horas durante <#small> días.
Vive sola en <ADDRESS>, tercer piso sin ascensor.
Diagnóstico principal <#icd>; secundario <#icd>.
Próxima revisión el <DATE> a las <#clock> en la consulta <#pages>.
Extranjero con NIE <NIE>, tarjeta sanitaria en trámite.
Hemoglobina <#lab>, glucosa <#lab>, lote del reactivo <#lot>.
Se remite copia del informe a <EMAIL>.
Turista francesa, número de seguridad social NIR <NIR>.
Paciente británico con NHS number <NHS>, de vacaciones en <CITY>.
Fracción de eyección del <#percent>, trazado marcado en <#coords>.
Ingresó desde urgencias el <DATE> y fue alta sin incidencias.
Natural de <CITY>, nacido el <BIRTH>, jubilado de la construcción.
Prótesis <#part>, talla <#small>, lote <#lot>, sin complicación.
La receta electrónica <#order> sustituye a la <#order>.
Firmado: Dra. <PERSON>, Servicio de Medicina Interna.
La médica de enlace en Estados Unidos da su NPI <NPI> y su DEA <DEA>.
Presenta pasaporte español <ESPASS> al no llevar otro documento.
El copago de <#amount> se abonó con tarjeta <CARD>.
Imágenes en <#file>, huella <#digest>, <#small> cortes.
Bomba de infusión con dirección MAC <MAC>, firmware <#version>.
Puede ver sus resultados en <URL>
Escala de dolor: <#small> puntos; el ítem <#pages> quedó en blanco.
Conductor del vehículo con matrícula <PLATE>, cinturón puesto.
El cuestionario <#code> reemplaza al <#code> desde la revisión <#version>.
Avisar a <PERSON?> si la fiebre pasa de <#lab>.
Madre portuguesa, NIF portugués <PTNIF>; padre italiano, codice fiscale <ITCF>.
Peso <#small> kg, talla <#small> dm, perímetro <#small> cm.
Participante <UUID> excluida del ensayo tras la segunda dosis de <#dose>.
Teléfono del centro de salud: <PHONE>.
Intervenida entre las <#clock> y las <#clock> sin pérdidas.
La historia <#ticket> estaba duplicada con la <#ticket>.
Reembolso de la aseguradora al IBAN <IBAN>, importe <#amount>.
La bibliografía citada (ISBN <#isbn>) recomienda <#dose>.
El DNI del acompañante es <NIF> y su correo <EMAIL>.
Derivado por el Dr. <PERSON>, del hospital de <CITY>.
"""

EMAIL = """
¿Podéis llamar a <PERSON> al <PHONE> antes de comer?
He cambiado de casa: ahora vivo en <ADDRESS>.
No consigo entrar, mi usuario es el correo <EMAIL>.
Pongo en copia a <EMAIL>, que lleva el <=product>.
El abono del pedido <#order> fue de <#amount> y no de <#amount>.
Os adjunto <#file> (<#size>), sacado con la <#version>.
Cargad la renovación en la tarjeta <CARD>, por favor.
El envío <#tracking> salió a las <#clock> y no ha llegado.
Cambiamos de banco, el nuevo IBAN es <IBAN>.
Para la póliza: nací el <BIRTH> y mi DNI es <NIF>.
La incidencia <#ticket> es la tercera sobre la pieza <#part>.
El enlace que no funciona es <URL>
Casca en <#line> y se queja de <#ident>.
El router tiene la MAC <MAC> y la IP <IP>.
El tráfico desde <IP?> subió un <#percent> con el nuevo <=product>.
En preproducción está <#sha>; en producción, no.
La gestoría me pide otra vez el número de afiliación a la Seguridad Social: <NUSS>.
Facturad a <=company>, CIF <CIF>, con el concepto de siempre.
La domiciliación va a la cuenta corriente <CCC>.
La captura mide <#size> y el fallo se ve en <#coords>.
Me robaron el móvil, el IMEI es <IMEI>.
El coche de empresa, matrícula <PLATE>, está en el taller.
Se me coló el token <GITHUB> en un correo, perdón.
La sesión <UUID> es la que se quedó sin carrito.
El identificador <#bad_uuid> no lo encuentra vuestro buscador.
Mi NIE es <NIE> y el pasaporte ya no vale.
Para el visado, pasaporte <ESPASS> a nombre de <PERSON>.
Quedamos el <DATE> a las <#clock> en <CITY>.
Un saludo, <PERSON?> | <=company> | <PHONE>
El mensaje de <<EMAIL?>> acabó en la bandeja de no deseado.
Vendimos <#count> unidades, un <#percent> más que en <#years>.
El código de barras <#ean> lee <#ean> y la balda pone <#code>.
La contraseña: <PASSWORD> (cámbiala en cuanto entres).
La factura con fecha <DATE> se pagó dos veces, mira <#order>.
El número <#bad_card> es de pruebas y se rechaza adrede.
El BIC de la sucursal es <BIC>.
El premio se paga en la cartera de bitcoin <BTC>.
<FIRST> dijo que el <=product> sale con la <#version>.
Movemos lo de las <#clock> a las <#clock>; el calendario público es un duplicado.
"""

CHAT = """
Resume la queja de abajo en tres puntos y quita los saludos.
Haz que suene menos enfadado: «le dije a <PERSON> por teléfono (<PHONE>) que el <=product> no iba».
Redacta una respuesta a <EMAIL> diciendo que el pedido <#order> se retrasa.
¿Por qué falla <#line> cuando <#ident> viene vacío?
Pasa estas notas a una tabla: <PERSON?>, fecha de nacimiento <BIRTH>, vive en <CITY>.
Mi clave es <OPENAI?> y me da un 401, ¿qué hago mal?
¿Es <#version> más reciente que <#version>?
Traduce al inglés: «Su cita del <DATE> a las <#clock> queda confirmada».
El cliente escribió: mi tarjeta es la <CARD>, caduca pronto.
Explica esta traza, lo interesante es <#line> en <#file>.
¿Qué porcentaje es <#amount> de <#amount>? A mí me sale <#percent>.
Convierte <#unix> a fecha legible, y también <#unix_ms>.
Escribe una carta al casero, que vive en <ADDRESS>, por la caldera.
Comprueba si este IBAN está bien: <IBAN>
La expresión de <#ident> acepta <#bad_card>, ¿dónde está el error?
He puesto ANTHROPIC_API_KEY a <ANTHROPIC> y se queda colgado.
Hazme un currículum: <PERSON>, <EMAIL>, móvil <PHONE>.
El servidor <IP> responde en el puerto <#port> pero el navegador no carga.
¿La letra del DNI <NIF> es correcta?
Valida este NIE: <NIE>, y dime por qué el <#code> no lo es.
Compara <#sha> con <#sha>, son <#small> ficheros.
Rellena el impreso: CIF <CIF>, persona de contacto <PERSON>.
Dibuja los puntos <#coords> y <#coords> en color <#color>.
El bot usa <SLACK?>, ¿cómo lo cambio sin cortes?
¿La huella <#digest> es MD5 u otra cosa?
Escribe un mensaje a <FIRST>: llego a <CITY> a las <#clock>.
Decodifica esto: <#blob>
Este token caducó, dime cuándo: <JWT>
¿Cuánto vale de segunda mano un coche con matrícula <PLATE>?
Ordena por la segunda columna: <#part> <#small>, <#part> <#small>, <#part> <#small>.
Cita en APA el libro con ISBN <#isbn>, páginas <#pages>.
Mi número de la Seguridad Social es <NUSS>, ¿de qué provincia es?
¿Por qué <URL> le devuelve una página vacía a mi script?
El vídeo mide <#size>, lo quiero a <#size>.
Aquí tienes la cadena de conexión, hazme la migración: <DBURL>
La solicitud y su publicación ocupan <#small> páginas, acórtalas.
Eres un agente de soporte; la clienta es <PERSON>, con cuenta <CCC>.
La contraseña es <PASSWORD>, ¿es segura?
¿Qué significa el código <#icd>? ¿Tiene sentido <#dose>?
Di si <ETH> y <BTC> son de la misma red.
"""

NOTES = """
- [ ] llamar a <PERSON> por el <=product>, tfno. <PHONE>
- [x] sacar <#file> de la carpeta pública
- despliegue: <#version> -> <#version>, vuelta atrás con `<#sha>`
- máquina de pruebas: IP `<IP>`, puerto <#port>
- puente wifi, MAC `<MAC>`
- gasto hasta hoy <#amount>, previsto <#amount> (<#percent>)
- pedir acceso a <EMAIL>
- panel: <URL>
- retro a las <#clock>, levanta acta <FIRST>
- renovar pasaporte <ESPASS>, cita el <DATE>
- `<#ident>` se lee en <#line> y nunca se escribe
- ITV del coche, matrícula <PLATE>
- casera: <PERSON>, <ADDRESS>
- alquiler al IBAN <IBAN>
- la leyenda del gráfico pisa en <#coords>, usar <#color>
- libro: ISBN <#isbn>, capítulo <#pages>
- seguro del móvil, IMEI <IMEI>
- donativos en bitcoin: <BTC>
- filas <#count>, antes <#count>
- hacienda: DNI <NIF>, el de ella <NIF>
- tornillos <#part>, <#part>, balda <#code>
- cumpleaños de mamá: <BIRTH>
- dentista el <DATE> a las <#clock>
- `<#handle>` no es un correo
- **banco**: cuenta <CCC>, BIC <BIC>
- la incidencia <#ticket> bloquea la <#ticket>
- la petición `<UUID?>` lo reproduce siempre
- id roto en la prueba: `<#bad_uuid>`
- alta: <PERSON>, NIE <NIE>, nacida el <BIRTH>
- vida laboral: n.º de afiliación <NUSS>
- proveedor nuevo <=company>, CIF <CIF>
- captura <#size>, miniatura `<#blob>`
- token de gitlab: `<GITLAB>`
- falló npm, el token `<NPM?>` no vale
- periodos: <#years>, hueco en <#years>
- contraseña del wifi: <PASSWORD>
- cron a las <#clock> y a las <#clock>, epoch <#unix>
- visa de viaje, tarjeta <CARD>
- paquete <#tracking> en conserjería
- bastidor de la furgo: <VIN>
"""

LOG = """
<#clock> [principal] INFO  arranque completado en <#small>,<#small> s (versión <#sha>)
<#clock> AVISO acceso: 3 intentos fallidos de <EMAIL> desde la IP <IP>
ts=<#unix> nivel=info msg="petición servida" ip=<IP> ms=<#small>
ts=<#unix_ms> nivel=error msg="correo devuelto" para=<EMAIL?> codigo=550
mar 14 <#clock> srv02 sshd[<#small>21]: clave aceptada para despliegue desde <IP> puerto 5<#small>12
INFO  sesión <UUID> abierta por "<PERSON>"
AVISO identificador <#bad_uuid> mal formado, se descarta
DEBUG sql: select <#ident>, <#ident> from cuadrante -- <#small> filas
DEBUG http: GET <URL?> 200 <#size>
TRAZA tramo=<#digest> padre=<#sha>
núcleo: wlan0 asociado con <MAC?> (canal <#small>)
dhcp: concedida <IP?> a <MAC?>
ERROR cobro: la pasarela rechaza la tarjeta <CARD>, reintento a las <#clock>
ERROR cobro: la tarjeta de prueba <#bad_card> no supera la suma, correcto
INFO  sms: en cola para tel=<PHONE>, proveedor <#ticket>
AVISO entorno: AWS_ACCESS_KEY_ID=<AWS> visible en un proceso hijo
AVISO curl: Authorization: Bearer <JWT>
ERROR bd: sin conexión con <DBURL?> tras <#small> intentos
en es.bidasoa.turnos.Plan.calcular(Plan.java:<#small>)
  Fichero "/srv/app/<#file>", línea <#small>, en <#ident>
INFO  caché: aciertos <#percent>, expulsadas <#count>
INFO  exportación: escrito <#file> (<#size>) huella=<#digest>
nginx: <IP?> - - "GET /salud HTTP/1.1" 200 <#small> "-" "curl/8.<#small>.0"
AVISO nómina: se omite dni=<NIF>, falta la cuenta
AVISO nómina: nuss=<NUSS> repetido en la línea <#small>
INFO  remesa: iban=<IBAN> importe=<#amount> ref=<#order>
INFO  remesa: ccc=<CCC> validada
DEBUG formulario: {"fecha_nacimiento": "<BIRTH>", "paso": <#small>}
INFO  cadena: envío a <ETH?> confirmado en el bloque <#count>
INFO  cadena: vigilando dirección bitcoin <BTC>
INFO  terminal imei=<IMEI> firmware=<#version> rssi=-<#small>
INFO  barrera: entra matrícula=<PLATE> por el carril <#small>
INFO  cliente cif=<CIF> actualizado
INFO  cita nie=<NIE> día="<DATE>" hora=<#clock>
AVISO la copia pública va <#small> s por detrás
remoto: token no válido <GITHUB>, HTTP <#small>
PKT len=<#small> crc=0x<#small>ff sec=<#count>
INFO  vehículo bastidor=<VIN> km=<#count>
DEBUG bin <#blob>
"""

INVOICE = """
Cliente: <PERSON>, <ADDRESS>
Entregar en: <ADDRESS>
Emisor: <=company>, CIF <CIF>
Correo <EMAIL>, teléfono <PHONE>
Factura n.º: <#order>
Su referencia: <#ticket>
Fecha de factura: <DATE>
Vencimiento: <DATE>
NIF del cliente: <NIF>
NIE del cliente: <NIE>
Transferencia al IBAN <IBAN>, BIC <BIC>
Domiciliado en la cuenta <CCC>
Pagado con tarjeta <CARD>, autorización <#small>8<#small>
1 ud. <#part>, <=product>: <#amount>
<#small> uds. <#part>, tóner, código de barras <#ean>: <#amount>
<#small> h de asesoría a <#amount>: <#amount>
Portes, albarán <#tracking>, <#size>: <#amount>
Base imponible: <#amount>
IVA <#percent>: <#amount>
Retención IRPF <#percent>: -<#amount>
TOTAL: <#amount>
Vehículo reparado: matrícula <PLATE>, <#count> km
Bastidor: <VIN>
Atención al cliente: <PERSON>, <PHONE>
También se acepta bitcoin en <BTC>
Ver en línea: <URL>
Cliente portugués, NIF de Portugal <PTNIF>
Cliente italiano, codice fiscale <ITCF>
Cliente brasileño, CPF <CPF>
Descuento <#percent> (campaña <#code>): -<#amount>
Catálogo ISBN <#isbn>, <#small> ejemplares
Huella del documento: <#digest>
Impreso con <#file> <#version> a las <#clock>
Periodo facturado: <#years>
Terminal repuesto, IMEI <IMEI>
Aviso: duplicado de factura, publicación <#code>
"""

HR = """
Nombre y apellidos: <PERSON>
Fecha de nacimiento: <BIRTH>
Domicilio: <ADDRESS>
Correo personal: <EMAIL>
Móvil: <PHONE>
Contacto de emergencia: <PERSON>, <PHONE>
DNI: <NIF>
NIF: <NIF>
NIE: <NIE>
N.º de afiliación a la Seguridad Social: <NUSS>
NUSS: <NUSS>
Pasaporte: <ESPASS>
IBAN: <IBAN>
Código cuenta cliente (CCC): <CCC>
BIC: <BIC>
CIF de la empresa anterior: <CIF>
Matrícula del vehículo: <PLATE>
Bastidor: <VIN>
Tarjeta de empresa: <CARD>
IMEI del teléfono: <IMEI>
Dirección MAC del portátil: <MAC>
Lugar de nacimiento: <CITY>
Fecha de alta: <DATE>
Revisión médica: <DATE>
Responsable: <PERSON>
Perfil en la intranet: <URL>
UUID de empleado: <UUID>
Contraseña inicial: <PASSWORD>
Clave: <PASSWORD>
NIF portugués: <PTNIF>
CPF (Brasil): <CPF>
Codice fiscale (Italia): <ITCF>
NIR (Francia): <NIR>
SSN (EE. UU.): <SSN>
Plantilla del carné: <#version>
Centro de coste: <#code>
Grupo: <#part>
Puesto: <#pages>
Salario bruto: <#amount>
Variable: <#percent>
Solicitud: <#ticket>
Horario: de <#clock> a <#clock>
Taquilla: <#small>
Uniforme, ref.: <#part>
Edición del manual: <#isbn>
Revisión del impreso: <#version>
Adjunto: <#file> (<#size>)
Huella: <#digest>
Nómina, lote: <#lot>
Temporada: <#years>
Pedido de material: <#order>
Estado: <#lic_word>
"""

TITLES = {
    "contract": [
        "CONTRATO DE ARRENDAMIENTO",
        "Compraventa de vehículo",
        "Requerimiento previo",
        "PRESTACIÓN DE SERVICIOS",
        "Escritura de poder",
    ],
    "clinical": [
        "INFORME DE ALTA",
        "Nota de consulta",
        "Urgencias: evolución",
        "Relevo de enfermería",
        "Hoja de derivación",
    ],
    "email": ["Asunto: sigo esperando el {}", "Asunto: Re: RV: {}", "RV: otra vez el {}", "Solicitud de soporte: {}"],
    "chat": ["Usuario:", "[usuaria]", "Turno de la persona", ">>> petición"],
    "notes": ["# Semana {}", "## Relevo {}", "# Pendientes ({})", "### Reunión {}"],
    "invoice": ["FACTURA", "FACTURA PROFORMA", "Abono", "Extracto de cuenta"],
    "hr": ["FICHA DE ALTA", "Expediente personal", "Cambio de datos", "Cuestionario de traslado"],
    "log": ["==> turnos.log <==", "--- inicio de captura ---", "cola del diario", "$ tail -n 40 app.log"],
}
