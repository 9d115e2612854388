"""English sentences of the gold set, by genre; half of them hold nothing that is personal, only what looks like it."""

CONTRACT = """
This tenancy is made between <PERSON> of <ADDRESS> and <=company>, hereafter the Landlord.
The Guarantor, whose social security number is <SSN>, undertakes to make good any arrears under clause <#pages>.
Rent of <#amount> falls due on the first working day and goes to IBAN <IBAN>, BIC <BIC>.
Either party may serve notice in writing at <EMAIL> or by telephone on <PHONE>.
Clause <#pages> overrides anything to the contrary in Schedule <#pages>, pages <#pages>.
The Buyer produced passport number <USPASS> and a utility bill dated <DATE>.
The Vehicle, a van with chassis number <VIN>, is sold as seen with <#count> miles on the clock.
A deposit of <#percent> of the price, that is <#amount>, is held by <=company> until completion.
Signed as a deed by <PERSON>, National Insurance number <NINO>, in the presence of <PERSON>.
The Contractor quotes ABN <ABN> and tax file number <TFN> on every invoice it raises.
Payment shall be made by wire, routing number <ABA>, account number <USBANK>, in the name of the Seller.
The Seller's taxpayer number (ITIN) is <ITIN>; the escrow reference is <#order>.
Works described in drawing <#part>, sheet <#small> of <#small>, are excluded from the price.
For the purposes of Canadian withholding, the Licensee's social insurance number is <SIN>.
This Agreement commences on <DATE> and runs until <DATE> unless it is ended sooner.
The Employee was born on <BIRTH> in <CITY> and lives at <ADDRESS>.
The parties adopt edition <#version> of the Standard Terms, ISBN <#isbn>, save for clause <#pages>.
Director: <PERSON>, permanent account number <PAN>, Aadhaar <AADHAAR>.
The Dutch subsidiary's signatory gave citizen service number (BSN) <BSN> to the notary.
Royalties accrue at <#percent> of net receipts above <#amount> in any of the years <#years>.
A facsimile of driver's licence <USDL> is attached as Annex C.
The Supplier shall answer calls within <#small> minutes between <#clock> and <#clock>, Monday to Friday.
Goods travel under waybill <#tracking> and are inspected against part list <#part>.
Notices to the Tenant: <PERSON>, <ADDRESS>, mobile <PHONE>.
The deposit may be returned to the card it came from, number <CARD>, less any deductions.
Any dispute is heard in <CITY> and the losing side bears costs up to <#amount>.
Minutes of the public hearing, item <#pages>, were published without complication in bulletin <#code>.
Where the Purchaser pays in bitcoin, the receiving address is <BTC> and no other.
The escrow contract at Ethereum address <ETH> releases funds once both keys have signed.
Interest runs at <#percent> above base from the date of default on sums over <#amount>.
The portal at <URL> holds the signed counterpart; its checksum is <#digest>.
Lot <#lot>, comprising <#small> pallets of <#size>, passes to the Buyer on payment.
For the avoidance of doubt, form <#code> replaces form <#code> for the seasons <#years>.
The handset supplied, IMEI <IMEI>, remains the property of <=company>.
Dear <PERSON>, thank you for your letter of <DATE> about the party wall.
We wrote to <PERSON?> at <ADDRESS> twice and both letters came back.
Yours sincerely, <PERSON?>, <=company>, direct line <PHONE>.
The Italian heir, codice fiscale <ITCF>, waives the share described in part <#pages>.
The Brazilian agent (CPF <CPF>) and the Spanish agent (NIE <NIE>) act jointly.
Our file <#ticket> shows <#small> instalments of <#amount>, the last of which bounced.
"""

CLINICAL = """
<PERSON>, NHS number <NHS>, was brought in by her neighbour after a fall at home.
DOB <BIRTH>. Lives alone at <ADDRESS>, two flights of stairs, no lift.
Medicare ID <MBI> was checked at the front desk before triage.
BP <#lab>, pulse <#lab>, temperature <#lab> on arrival at <#clock>.
Prescriber DEA number <DEA>; dispensed <#dose> twice daily for <#small> days.
Attending physician: Dr <PERSON>, NPI <NPI>.
Haemoglobin <#lab>, glucose <#lab>, sample lot <#lot>, analyser firmware <#version>.
Next of kin is <PERSON>, reachable on <PHONE> in the evenings.
Follow-up booked for <DATE> at <#clock> in room <#pages>.
Diagnosis codes <#icd> and <#icd>; previous admission coded <#icd>.
Ejection fraction <#percent>, left atrium <#small> mm, strain curve marked at <#coords>.
He gave his social security number as <SSN> when the insurer rang.
Results were sent to <EMAIL> through the secure portal.
Implant serial <#part>, batch <#lot>, size <#size>; no complication reported.
Home oxygen delivered under docket <#order>, meter reading <#small>.
Patient was born on <BIRTH> at <#small> weeks and weighed <#size>.
The referral letter of <DATE> mentions chest pain on exertion since the spring.
Discharged to the care of <PERSON>, with <#dose> of prednisolone tapering over <#small> days.
Indian health card shows Aadhaar <AADHAAR>; the relative carries PAN <PAN>.
Co-payment of <#amount> settled by card <CARD> at the desk.
The visiting student, Canadian SIN <SIN>, is covered until <DATE>.
Image series <#digest>, <#small> slices, stored as <#file>.
Pain score <#small> out of 60 on the long form, item <#pages> not answered.
Telehealth link for the review: <URL>.
Wristband printed from terminal <IP?>; label template <#version>.
Seen by <PERSON?> on the ward round; plan unchanged, repeat bloods at <#clock>.
Pharmacy stock code <#code> was replaced by <#code> after the recall of lot <#lot>.
GP surgery telephone <PHONE>, fax no longer in use.
NHS no. <NHS> and NI number <NINO> both match the spine record.
Allergies: penicillin (rash). Weight <#small> kg. Creatinine clearance <#small> ml/min.
The publication he cites, ISBN <#isbn>, is not in our library.
Insurance claim <#ticket> covers <#percent> of the stay up to <#amount>.
Dialysis on the machine with MAC address <MAC>, programme <#small>, no alarms.
Trial participant <UUID> was withdrawn after the second dose of <#dose>.
Licence to drive suspended for six months; driver's license number <USDL>.
Mother's passport, no. <USPASS>, copied for the overseas visitor file.
French tourist, social security (NIR) <NIR>, European card pending.
The infusion ran from <#clock> to <#clock> at <#small> ml an hour without event.
Next visit: <DATE>, fasting, bring the list of tablets.
Record merged: visit <#order> duplicated visit <#order>; audit hash <#sha>.
"""

EMAIL = """
Could you ring <PERSON> back on <PHONE> before close of play?
My new address is <ADDRESS>; the old one stops working at month end.
I still can't get past the sign-in page, my account e-mail is <EMAIL>.
Copying in <EMAIL> since she owns the <=product>.
The refund for <#order> came to <#amount>, not the <#amount> you promised.
Attached is <#file> (<#size>), exported with <#version>.
Please charge the renewal to card number <CARD> and send the receipt here.
Tracking says <#tracking> left the depot at <#clock> and then nothing.
Our bank changed: sort out future transfers to IBAN <IBAN>.
I was born on <BIRTH>, in case you need that to find the policy.
Ticket <#ticket> is the third one I open about part <#part>.
Reset link that does not work: <URL>
It fails at <#line> with a complaint about <#ident>.
The router's MAC address is <MAC> and it holds IP <IP>.
Traffic from <IP?> went up by <#percent> after the <=product> moved.
Build <#sha> is on staging, build <#sha> is not.
HR asked for my social security number again, it is <SSN>.
My national insurance number is <NINO>, payroll had it wrong.
Direct deposit goes to account number <USBANK>, routing <ABA>.
The screenshot is <#size> and the red box sits at <#coords>.
For the visa letter: passport <USPASS>, name as in <PERSON>.
We sold <#count> units, <#percent> up on <#years>, at <#amount> apiece.
Your supplier form wants our ABN, which is <ABN>.
Session <UUID> is the one where the basket emptied itself.
The phone was stolen; its IMEI is <IMEI> if the police ask.
Correlation id in the header reads <#bad_uuid>, which your search refuses.
I accidentally mailed the token <GITHUB> to the whole list, sorry.
The wallet for the prize money is <BTC>.
Send the ether to <ETH>, not to the exchange.
Booked: <DATE>, <#clock>, the small meeting room in <CITY>.
"<PERSON?>" <<EMAIL?>> wrote:
On the call <FIRST> said the <=product> would ship with <#version>.
Kind regards, <PERSON?> - <=company> - <PHONE>
Barcode <#ean> scans as <#ean>, and the shelf label still says <#code>.
The temporary password: <PASSWORD> (change it once you are in).
The hire car, VIN <VIN>, has a cracked mirror.
Let's move the <#clock> to <#clock>; the public calendar is a replica and lags.
Invoice dated <DATE> was paid twice, see <#order> and <#order>.
Test number <#bad_card> is refused on purpose, don't raise it again.
The SWIFT code of our branch is <BIC>.
My tax file number is <TFN>, the accountant has the rest.
"""

CHAT = """
Please summarise the complaint below in three bullet points and leave out the small talk.
Rewrite this so that it sounds less angry: "I told <PERSON> on the phone (<PHONE>) that the <=product> was broken."
Draft a reply to <EMAIL> telling her the order <#order> is late.
Why does <#line> throw when <#ident> is null?
Turn these notes into a table: <PERSON?>, born <BIRTH>, lives in <CITY>.
My key is <OPENAI?> and I get a 401, what am I doing wrong?
Is <#version> newer than <#version>, and does it matter for <#ident>?
Translate into French: "Your appointment on <DATE> at <#clock> is confirmed."
Here is what the customer typed: my card is <CARD> and it expires soon.
Explain this stack trace, the interesting bit is <#line> in <#file>.
What percentage is <#amount> of <#amount>? I get <#percent>.
Convert <#unix> to a human date, and <#unix_ms> too.
Write a polite letter to my landlord at <ADDRESS> about the boiler.
Check whether this IBAN looks right: <IBAN>
Can you spot the bug? The regex for <#ident> accepts <#bad_card>.
I set ANTHROPIC_API_KEY to <ANTHROPIC> and the script still hangs.
Make a cover letter for me, <PERSON>, reachable at <EMAIL> or <PHONE>.
The server at <IP> answers on port <#port> but the browser spins forever.
How do I store a social like <SSN> so that only the last digits show?
Diff between <#sha> and <#sha> touches <#small> files, summarise it.
Fill in this form for me: driver's license <USDL>, state of residence unchanged.
Plot the points <#coords> and <#coords> in colour <#color>.
Our Slack bot uses <SLACK?>, how do I rotate it safely?
Does the hash <#digest> look like MD5 or something longer?
Compose a text to <FIRST> saying I'll be in <CITY> by <#clock>.
Decode this for me: <#blob>
This token expired, tell me when: <JWT>
What would a fair price be for a van with VIN <VIN>?
Sort by the second column: <#part> <#small>, <#part> <#small>, <#part> <#small>.
Cite the book with ISBN <#isbn> in APA style, pages <#pages>.
My UK details: NI number <NINO>, NHS number <NHS>.
Why would <URL> return an empty page to my scraper?
The embed is <#size>, I want it at <#size>, keep the ratio.
Tell me if <ETH> and <BTC> are on the same network.
Here is the connection string, write me a migration: <DBURL>
Shorten this: the applicant's publication list fills <#small> pages of public record.
How many business days between order <#order> and delivery <#tracking>?
My Hugging Face token <HF> gets a 403 on a gated model.
What does ICD code <#icd> stand for, and does <#dose> make sense?
You are a helpful support agent; the customer, <PERSON>, holds account <USBANK> with bank account type checking.
The password is <PASSWORD>, is that strong enough?
Rank these by length: <#ident>, <#ident>, <#ident>.
"""

NOTES = """
- [ ] ring <PERSON> about the <=product>, tel. <PHONE>
- [x] move <#file> out of the public bucket
- deploy notes: <#version> -> <#version>, rollback is `<#sha>`
- staging box lives at IP `<IP>`, port <#port>
- guest wifi bridge, MAC `<MAC>`
- cost so far <#amount>, forecast <#amount> (<#percent>)
- ask <EMAIL> for access to the dashboard
- dashboard: <URL>
- retro at <#clock>, <FIRST> takes minutes
- visa run: passport number <USPASS>, leave on <DATE>
- `<#ident>` is read at <#line> and never written
- car: VIN <VIN>, MOT done
- landlord: <PERSON>, <ADDRESS>
- rent by transfer, IBAN <IBAN>
- chart legend overlaps at <#coords>, use <#color>
- book: ISBN <#isbn>, chapter <#pages>
- phone insurance wants IMEI <IMEI>
- donation wallet (bitcoin) <BTC>
- grant payout address on ethereum: <ETH>
- row count <#count>, was <#count> before dedupe
- tax stuff: SSN <SSN>, spouse ITIN <ITIN>
- spare bolts <#part>, <#part>, shelf <#code>
- mum's birthday <BIRTH>
- dentist on <DATE> at <#clock>
- TIL `<#handle>` is not an address
- **bank**: routing number <ABA>, account number <USBANK>
- ticket <#ticket> blocks <#ticket>
- request id `<UUID?>` reproduces it every time
- broken id in the fixture: `<#bad_uuid>`
- new hire: <PERSON>, born <BIRTH>, starts in <CITY>
- clinic gave NPI <NPI> for the claim form
- screenshot <#size>, thumbnail `<#blob>`
- npm publish failed, token `<NPM?>` is in the wrong scope
- gitlab runner token: `<GITLAB>`
- years covered: <#years>, gap in <#years>
- wifi password: <PASSWORD>
- Medicare number for dad <MBI>
- cron fires at <#clock> and <#clock>, epoch <#unix>
- amex for travel: card <CARD>
- parcel <#tracking>, left at reception
"""

LOG = """
<#clock> [main] INFO  c.h.rota.Boot - started in <#small>.<#small> seconds (build <#sha>)
<#clock> WARN auth: 3 failed sign-ins for <EMAIL> from <IP>
ts=<#unix> level=info msg="request done" client_ip=<IP> dur_ms=<#small> bytes=<#small>0
ts=<#unix_ms> level=error msg="mail bounced" to=<EMAIL?> code=550
Mar 14 <#clock> gw01 sshd[<#small>21]: Accepted publickey for deploy from <IP> port 5<#small>12 ssh2
I0927 <#clock> 1 controller.go:<#small>] reconciled <#ident> in <#small>ms
E0927 <#clock> 1 reflector.go:<#small>] watch of *v1.Secret ended, resourceVersion=<#count>
DEBUG sql: select <#ident>, <#ident> from rota where day > ? -- <#small> rows
DEBUG http: GET <URL?> 200 <#size>
TRACE span=<#digest> parent=<#sha>
INFO  session <UUID> opened for user "<PERSON>"
WARN  trace id <#bad_uuid> malformed, dropped
kernel: wlan0: associated with <MAC?> (channel <#small>)
dhcpd: DHCPACK on <IP?> to <MAC?> via eth1
ERROR payment: gateway refused card <CARD>, retry at <#clock>
ERROR payment: test card <#bad_card> failed the checksum as expected
INFO  sms: queued to phone=<PHONE>, provider id <#ticket>
WARN  config: AWS_ACCESS_KEY_ID=<AWS> printed by a child process
WARN  curl: Authorization: Bearer <JWT>
ERROR db: cannot connect to <DBURL?> after <#small> attempts
at com.kestrel.rota.ShiftPlanner.plan(ShiftPlanner.java:<#small>)
  File "/srv/app/<#file>", line <#small>, in <#ident>
panic: index <#small> out of range at <#line>
INFO  cache: hit ratio <#percent>, evicted <#count>
INFO  export: wrote <#file> (<#size>) sha=<#digest>
nginx: <IP?> - - "GET /healthz HTTP/1.1" 200 <#small> "-" "curl/8.<#small>.0"
nginx: <IP?> - - "POST /api/v2/forms HTTP/2.0" 422 <#small>1 "-" "Mozilla/5.0 (X11; Linux x86_64) rv:<#version>"
WARN  payroll: record skipped, ssn=<SSN> has no bank
INFO  wire: iban=<IBAN> amount=<#amount> ref=<#order>
DEBUG form: {"dob": "<BIRTH>", "step": <#small>}
INFO  chain: transfer to <ETH?> confirmed in block <#count>
INFO  chain: watching bitcoin address <BTC>
GC pause <#small>.<#small>ms heap <#size> -> <#size>
INFO  device imei=<IMEI> firmware=<#version> rssi=-<#small>
WARN  ip denylist is a replica, public copy is <#small>s behind
INFO  vehicle vin=<VIN> odometer=<#count>
NOTICE slack webhook used token <SLACK>
INFO  dicom: stored study <#digest> at <#coords>
INFO  patient lookup nhs_number=<NHS> took <#small>ms
INFO  claim npi=<NPI> mbi=<MBI> total=<#amount>
npm ERR! code E401 with token <NPM>
remote: Invalid token <GITHUB>, HTTP <#small>
docker: pulled registry image <#sha>
PKT len=<#small> crc=0x<#small>ff seq=<#count>
"""

INVOICE = """
Bill to: <PERSON>, <ADDRESS>
Ship to: <ADDRESS>
Supplier: <=company>, e-mail <EMAIL>, phone <PHONE>
Invoice no.: <#order>
Your reference: <#ticket>
Invoice date: <DATE>
Due date: <DATE>
Pay by transfer to IBAN <IBAN>, SWIFT/BIC <BIC>
ACH: routing number <ABA>, account number <USBANK>
Paid with card <CARD>, authorisation <#small>8<#small>
1 x <#part> - <=product> - <#amount>
<#small> x <#part> - toner, barcode <#ean> - <#amount>
<#small> h consultancy at <#amount> - <#amount>
Freight, docket <#tracking>, <#size> - <#amount>
Subtotal <#amount>
VAT at <#percent>: <#amount>
Discount <#percent> (campaign <#code>): -<#amount>
TOTAL DUE: <#amount>
ABN of the supplier: <ABN>
Tax file number quoted: <TFN>
Spanish branch, CIF <CIF>, VAT exempt under article <#pages>
Vehicle serviced: VIN <VIN>, mileage <#count>
Contact for queries: <PERSON>, <PHONE>
Also payable in bitcoin to <BTC>
Also payable in ether to <ETH>
View online: <URL>
Sole trader ITIN <ITIN>
Sole trader SSN <SSN>
Portuguese customer, NIF <PTNIF>
German customer, tax ID <DETAX>
Brazilian customer, CPF <CPF>
Payment terms <#small> days, late fee <#percent> a month
Catalogue ISBN <#isbn>, <#small> copies
Document hash <#digest>
Printed by <#file> <#version> at <#clock>
Period covered: <#years>
Note: the duplicate of this invoice is public record <#code>
Handset replaced, IMEI <IMEI>
"""

HR = """
Full name: <PERSON>
Date of birth: <BIRTH>
Home address: <ADDRESS>
Personal e-mail: <EMAIL>
Mobile: <PHONE>
Emergency contact: <PERSON>, <PHONE>
Social Security Number: <SSN>
ITIN (if no SSN): <ITIN>
National Insurance No.: <NINO>
NHS number: <NHS>
Passport number: <USPASS>
Driver's license no.: <USDL>
Bank account number: <USBANK>
Routing number: <ABA>
IBAN: <IBAN>
BIC/SWIFT: <BIC>
Tax File Number (AU): <TFN>
Social Insurance Number (CA): <SIN>
PAN (India): <PAN>
Aadhaar: <AADHAAR>
BSN (Netherlands): <BSN>
Codice fiscale (Italy): <ITCF>
CPF (Brazil): <CPF>
Steuer-ID (Germany): <DETAX>
NIE (Spain): <NIE>
Provider NPI: <NPI>
DEA registration: <DEA>
Company car VIN: <VIN>
Company phone IMEI: <IMEI>
Laptop MAC address: <MAC>
Place of birth: <CITY>
Start date: <DATE>
Probation review: <DATE>
Line manager: <PERSON>
Corporate card: <CARD>
Intranet profile: <URL>
Employee UUID: <UUID>
Initial password: <PASSWORD>
Badge template: <#version>
Cost centre: <#code>
Grade: <#part>
Desk: <#pages>
Gross salary: <#amount>
Bonus target: <#percent>
Requisition: <#ticket>
Working hours: <#clock> to <#clock>
Locker: <#small>
Uniform SKU: <#part>
Handbook edition: <#isbn>
Form revision: <#version>
Attachment: <#file> (<#size>)
Checksum: <#digest>
Payroll run: <#unix>
Season: <#years>
Equipment order: <#order>
Applicant status: <#lic_word>
"""

TITLES = {
    "contract": [
        "DEED OF TENANCY",
        "Sale of goods, general conditions",
        "Letter before action",
        "SERVICES AGREEMENT",
        "Memorandum of understanding",
    ],
    "clinical": [
        "DISCHARGE SUMMARY",
        "Clinic letter",
        "Emergency department note",
        "Nursing handover",
        "Outpatient review",
    ],
    "email": ["Subject: still waiting on {}", "Subject: Re: Re: {}", "Fwd: {} once more", "Support request - {}"],
    "chat": ["User:", "[user]", "Human turn", ">>> prompt"],
    "notes": ["# Week {} scratchpad", "## Handover {}", "# Things to chase ({})", "### Standup {}"],
    "invoice": ["INVOICE", "PRO FORMA INVOICE", "Credit note", "Statement of account"],
    "hr": ["NEW STARTER FORM", "Personnel record", "Change of details", "Relocation questionnaire"],
    "log": ["==> rota.log <==", "--- begin capture ---", "journal tail", "$ tail -n 40 app.log"],
}
