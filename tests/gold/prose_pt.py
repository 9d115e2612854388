"""Portuguese sentences of the gold set, by genre."""

CONTRACT = """
O presente contrato é celebrado entre <PERSON>, residente em <ADDRESS>, e <=company>.
A renda de <#amount> é paga todos os meses para o IBAN <IBAN>.
A trabalhadora, contribuinte NIF <PTNIF>, inicia funções em <DATE>.
Nascido em <CITY> a <BIRTH>, solteiro.
As notificações seguem para <EMAIL> ou pelo telefone <PHONE>.
A cláusula <#pages> prevalece sobre o anexo <#pages>, páginas <#pages>.
O veículo com o número de chassis <VIN> conta <#count> quilómetros.
A caução corresponde a <#percent> do preço, ou seja, <#amount>.
O sócio brasileiro, CPF <CPF>, subscreve a sua quota.
A vendedora espanhola apresenta o NIE <NIE>.
Ficam excluídas as obras do desenho <#part>, folha <#small> de <#small>.
O BIC do banco é <BIC>.
Feito em <CITY>, a <DATE>, em duas vias.
Os exercícios de <#years> consideram-se fechados.
Processo <#ticket>, guia <#order>, lote <#lot>.
Aceita-se o pagamento com o cartão <CARD>.
O herdeiro italiano, codice fiscale <ITCF>, renuncia.
O fiador, <PERSON>, responde até <#amount>.
Vencem juros de <#percent> sobre valores acima de <#amount>.
A entrega é das <#clock> às <#clock>, guia <#tracking>.
O aviso público <#code> não dispensa publicação nem solicitação.
O exemplar assinado está em <URL>, resumo <#digest>.
O telemóvel cedido, IMEI <IMEI>, pertence a <=company>.
O mandatário alemão indica a Steuer-ID <DETAX>.
Com os melhores cumprimentos, <PERSON?>
A obra de referência tem o ISBN <#isbn>, edição <#version>.
"""

CLINICAL = """
Doente: <PERSON>, data de nascimento <BIRTH>.
Morada: <ADDRESS>, vive só no terceiro andar.
TA <#lab>, pulso <#lab>, temperatura <#lab> às <#clock>.
Contacto da filha, <PERSON>: telefone <PHONE>.
Contribuinte n.º <PTNIF>, isento de taxa.
Medicação: <#dose> duas vezes ao dia durante <#small> dias.
Próxima consulta a <DATE> às <#clock>, sala <#pages>.
Diagnósticos <#icd> e <#icd>.
Hemoglobina <#lab>, glicemia <#lab>, lote <#lot>.
Relatório enviado para <EMAIL>.
Turista espanhol, DNI <NIF>, cartão europeu válido.
Doente brasileira, CPF <CPF>, de férias em <CITY>.
Fração de ejeção <#percent>, traçado em <#coords>.
Prótese <#part>, tamanho <#small>, sem intercorrências.
A receita <#order> substitui a <#order>.
Taxa de <#amount> paga com o cartão <CARD>.
Imagens <#file>, resumo <#digest>, <#small> cortes.
Bomba de perfusão, endereço MAC <MAC>, programa <#version>.
Cirurgia das <#clock> às <#clock>.
Resultados em <URL>
Peso <#small> kg, perímetro <#small> cm, escala <#small>.
Participante <UUID> excluída após <#dose>.
Observado pelo Dr. <PERSON?>, plano igual.
O questionário <#code> substitui o <#code>.
Reembolso para o IBAN <IBAN>, valor <#amount>.
Alta a <DATE>, ao cuidado de <PERSON>.
"""

EMAIL = """
Podem ligar a <PERSON> para o <PHONE> antes do almoço?
Mudei de casa, a nova morada é <ADDRESS>.
Não consigo entrar com o e-mail <EMAIL>.
Em cópia <EMAIL>, que trata do <=product>.
O crédito da encomenda <#order> foi de <#amount> e não de <#amount>.
Segue <#file> (<#size>), feito com a <#version>.
Cobrem a renovação no cartão <CARD>, por favor.
O envio <#tracking> saiu às <#clock>.
Mudámos de banco, novo IBAN: <IBAN>.
Nasci a <BIRTH>, se ajudar a encontrar a apólice.
O pedido <#ticket> é o terceiro sobre a peça <#part>.
A ligação avariada: <URL>
Falha em <#line>, fala de <#ident>.
O router tem o IP <IP> e o MAC <MAC>.
O tráfego de <IP?> subiu <#percent>.
A versão <#sha> está em testes.
A contabilidade pede outra vez o meu NIF: <PTNIF>.
O meu sócio tem o CPF <CPF>.
A captura mede <#size>, o erro está em <#coords>.
Telemóvel roubado, IMEI <IMEI>.
A sessão <UUID> perdeu o carrinho.
O identificador <#bad_uuid> não aparece na pesquisa.
Reunião a <DATE>, às <#clock>, em <CITY>.
Cumprimentos, <PERSON?>, <=company>, <PHONE>
Código de barras <#ean>, etiqueta <#code>.
A senha: <PASSWORD> (para mudar).
O número de ensaio <#bad_card> é recusado de propósito.
"""

CHAT = """
Resume a reclamação abaixo em três pontos.
Torna isto mais simpático: «disse a <PERSON> ao telefone (<PHONE>) que estava avariado».
Escreve a <EMAIL> a dizer que a encomenda <#order> vai atrasar.
Porque falha <#line> quando <#ident> vem vazio?
Faz uma tabela: <PERSON?>, data de nascimento <BIRTH>, mora em <CITY>.
A minha chave é <OPENAI?> e recebo 401.
A <#version> é mais recente que a <#version>?
Traduz: «A sua consulta de <DATE> às <#clock> está confirmada».
O cliente escreveu: o meu cartão é <CARD>.
Explica este erro, o importante é <#line> em <#file>.
Que percentagem é <#amount> de <#amount>? Dá-me <#percent>.
Converte <#unix> em data legível.
Escreve ao senhorio, que mora em <ADDRESS>.
Confirma este IBAN: <IBAN>
A regra de <#ident> aceita <#bad_card>, porquê?
O servidor <IP> responde na porta <#port>, o navegador não.
O meu contribuinte é <PTNIF>, está certo?
Este CPF é válido? <CPF>
Compara <#sha> com <#sha>.
Desenha os pontos <#coords> a <#color>.
O resumo <#digest> é MD5?
Descodifica: <#blob>
Quando expirou este token: <JWT>
Cita o livro ISBN <#isbn>, páginas <#pages>.
Aqui está a ligação à base: <DBURL>
A senha é <PASSWORD>, é forte?
Ordena: <#part> <#small>, <#part> <#small>.
"""

INVOICE = """
Cliente: <PERSON>, <ADDRESS>
Fornecedor: <=company>
E-mail <EMAIL>, telefone <PHONE>
Fatura n.º <#order>
A sua referência: <#ticket>
Data da fatura: <DATE>
Vencimento: <DATE>
NIF do cliente: <PTNIF>
CPF do cliente: <CPF>
Transferência para o IBAN <IBAN>, BIC <BIC>
Pago com cartão <CARD>, autorização <#small>8<#small>
1 x <#part>, <=product>: <#amount>
<#small> x <#part>, toner, código de barras <#ean>: <#amount>
<#small> h de consultoria a <#amount>: <#amount>
Portes, guia <#tracking>, <#size>: <#amount>
Base: <#amount>
IVA <#percent>: <#amount>
Desconto <#percent> (campanha <#code>): -<#amount>
TOTAL: <#amount>
Chassis <VIN>, <#count> km
Contacto: <PERSON>, <PHONE>
Ver em linha: <URL>
Cliente espanhol, NIE <NIE>
Catálogo ISBN <#isbn>, <#small> exemplares
Resumo: <#digest>
Período: <#years>
"""

HR = """
Nome completo: <PERSON>
Data de nascimento: <BIRTH>
Morada: <ADDRESS>
E-mail pessoal: <EMAIL>
Telemóvel: <PHONE>
NIF: <PTNIF>
Número de contribuinte: <PTNIF>
CPF: <CPF>
IBAN: <IBAN>
BIC: <BIC>
Cartão da empresa: <CARD>
IMEI: <IMEI>
Endereço MAC: <MAC>
Naturalidade: <CITY>
Data de admissão: <DATE>
Chefia: <PERSON>
Perfil na intranet: <URL>
UUID: <UUID>
Senha: <PASSWORD>
NIE (Espanha): <NIE>
Codice fiscale (Itália): <ITCF>
Steuer-ID (Alemanha): <DETAX>
Modelo do cartão: <#version>
Centro de custo: <#code>
Escalão: <#part>
Gabinete: <#pages>
Vencimento bruto: <#amount>
Prémio: <#percent>
Pedido: <#ticket>
Horário: <#clock> às <#clock>
Cacifo: <#small>
Anexo: <#file> (<#size>)
Resumo: <#digest>
Época: <#years>
Encomenda: <#order>
Estado: <#lic_word>
Lote: <#lot>
"""

TITLES = {
    "contract": ["CONTRATO DE ARRENDAMENTO", "Interpelação", "Prestação de serviços"],
    "clinical": ["NOTA DE ALTA", "Consulta externa"],
    "email": ["Assunto: {} em falta", "Assunto: RE: {}"],
    "chat": ["Utilizador:", "[pedido]"],
    "invoice": ["FATURA", "Nota de crédito"],
    "hr": ["FICHA DE ADMISSÃO", "Alteração de dados"],
}
