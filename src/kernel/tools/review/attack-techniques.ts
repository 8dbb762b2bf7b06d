import { gap } from './vocabulary.ts'

/**
 * Deeds by the names that MITRE ATT&CK (tactics and techniques) and CWE give them, as parts of
 * regular expressions over folded text. Honest tools about security say them too, beside a word of
 * looking for them: `aboutAttacks` in `signals.ts` tells the two apart.
 */
export const ATTACK_TECHNIQUES: readonly string[] = [
  // Initial access and execution; CWE-74 and what belongs to it.
  '\\b(?:sql|nosql|xpath|ldap|ognl|command|code|template|crlf|header|process|dll|argument|xml|' +
    'shellcode|library|prompt)[ -]inject(?:ion|ions|or|s|ed|ing)?\\b',
  `\\binject(?:s|ing)?${gap(2)}(?:malicious|payloads?|shellcode|dlls?|code into|commands? into)\\b`,
  '\\b(?:path|directory) traversal\\b|\\b(?:xxe|ssrf|xss|csrf)\\b|\\bzip slip\\b|' +
    '\\bsymlink (?:attack|race)|\\bbuffer overflow|\\bdeseriali[sz]ation (?:attack|' +
    'exploit|payload)',
  '(?:^|[.!?]\\s)(?:exploit|weaponi[sz]e|abuse|hijack|spoof|impersonate|crack|poison|' +
    'sniff|backdoor)(?:s|es|ing)?\\b',
  '\\b(?:reverse|bind|web) ?shells?\\b',
  '\\bphish(?:ing|es|ed)?\\b',
  '\\bon (?:the |a )?(?:target|victim|compromised) (?:system|host|machine|server|computer)s?\\b',
  // Privilege escalation.
  '\\b(?:privilege escalation|escalat(?:e|es|ing) privileges?)\\b',
  '\\b(?:container|vm|sandbox|chroot|hypervisor|jail) (?:escape|breakout)\\b|' +
    `\\b(?:escape|break out)s?${gap(2)}(?:containers?|chroot|virtual machines?|sandbox|` +
    'vm|jail|hypervisor)\\b',
  '\\b(?:dll|library|com|service|session|path|token|account|domain)[ -]' +
    '(?:hijack\\w{0,4}|side-?load\\w{0,4}|takeover|impersonation|spoof\\w{0,4})\\b',
  '\\b(?:ld_preload|suid binar\\w{1,3}|setuid binar\\w{1,3})\\b',
  // Credential access.
  '\\b(?:brute[ -]?forc(?:e|es|ing)|password (?:spray\\w{0,4}|crack\\w{0,4}|dump\\w{0,4})|' +
    'credential (?:stuffing|dump\\w{0,4}|harvest\\w{0,4}|theft))\\b',
  '\\b(?:dump|crack|forge|steal|harvest|sniff|intercept|capture)(?:s|ing)?' +
    `${gap(4)}(?:credentials?|passwords?|hashes|tickets?|cookies|tokens?|secrets|keystrokes?|` +
    'keyrings?|handshakes?|traffic|lsass|ntds|sam)\\b',
  '\\b(?:golden|silver) tickets?\\b|\\b(?:over)?pass[ -]the[ -](?:hash|ticket|key)\\b|' +
    '\\bkerberoast|\\bas-?rep roast|\\bdcsync\\b|\\blsass\\b|\\bntlm (?:relay|hash)|' +
    '\\bkeylog|\\bkeystrokes?\\b',
  '\\b(?:arp|dns|llmnr|nbt-ns|cache|ip|mac|caller id)[ /-](?:spoof|poison)\\w{0,4}\\b|' +
    '\\bevil twin\\b',
  // Defense evasion.
  '\\b(?:tamper|clear|wipe|forge|falsif)\\w{0,3}(?: with)?' +
    `${gap(2)}(?:event logs?|audit (?:logs?|trails?)|log files?|timestamps?|evidence)\\b`,
  '\\b(?:timestomp\\w{0,4}|process hollowing|rootkits?|steganograph\\w{1,4}|' +
    'anti-?forensic\\w{0,2})\\b',
  '\\b(?:bypass|disable|evade|circumvent|defeat|kill)(?:s|ing)?' +
    `${gap(2)}(?:antivirus|defender|edr|amsi|uac|applocker|firewalls?|detection|execution policy|` +
    'selinux|apparmor|whitelisting|allowlisting|mfa|2fa)\\b',
  `\\bhid(?:e|es|ing|den)${gap(3)}(?:in|inside|within|from)${gap(3)}(?:detection|` +
    'packets?|metadata|images?|streams?|attributes?|traffic|headers?|comments?|admins?|' +
    'investigators?)\\b',
  '\\bcovert(?: channels?| exfil\\w{0,8}| communications?)?\\b',
  // Discovery and reconnaissance.
  '\\b(?:port|arp|ping|vulnerability|host) (?:scan(?:s|ning|ner)?|sweep\\w{0,3})\\b|' +
    '\\bscan(?:s|ning)? (?:targets?|hosts?|networks?) for\\b|\\bbanner[ -]grab|\\bgrab\\w{0,4}' +
    `${gap(2)}banners?\\b|\\bzone transfer|\\breconnaissance\\b`,
  `\\benumerat(?:e|es|ing)${gap(3)}(?:users?|shares?|subdomains?|buckets?|hosts?|virtual hosts|` +
    'accounts|domain|services|groups|privileges)\\b|\\bsubdomain (?:enumeration|brute)',
  // Lateral movement, command and control, exfiltration.
  '\\blateral movement\\b|\\bcommand[ -]and[ -]control\\b|\\bc2\\b|\\bbotnets?\\b|' +
    '\\b(?:dns|icmp|http) tunnel\\w{0,4}\\b|\\bbeacons? (?:to|back)\\b',
  '\\bexfil\\w{0,10}\\b|\\bstol(?:en|e)\\b|\\bsteal(?:s|ing)?\\b|\\battackers?\\b|\\bvictims?\\b|' +
    '\\bcompromised (?:hosts?|smtp|servers?|accounts?|machines?|systems?)\\b',
  // Persistence and impact.
  '\\bbackdoors?\\b|\\bimplants?\\b|\\brogue (?:access points?|devices?|dhcp|' +
    'certificates?|admins?)\\b',
  '\\bransom\\w{0,5}\\b|\\bdenial[ -]of[ -]service\\b|\\bfork bombs?\\b|' +
    '\\bcrypto-?(?:min|jack)\\w{1,4}\\b',
  `\\b(?:exhaust|saturat|flood)(?:s|es|e|ing)?${gap(3)}(?:inodes|memory|disks?|connections?|` +
    'resources|bandwidth|servers?|targets?|cpu|handles|sockets|space)\\b',
  `\\b(?:destroy|corrupt|wipe|overwrite)(?:s|ing)?${gap(3)}(?:backups?|shadow copies|evidence|` +
    'boot records?|mbr|firmware|deleted files|disks?)\\b',
  '\\b(?:mimikatz|metasploit|meterpreter|cobalt ?strike|bloodhound|msfvenom|impacket|hashcat)\\b',
  // Weaknesses by their names, and those that are known by a name of their own.
  '\\b(?:race condition|use-after-free|heap spray|rop chain|format string (?:attack|exploit)|' +
    'prototype pollution|open redirect|clickjacking|session fixation|request smuggling|' +
    'zero-?days?|dependency confusion|typosquat\\w{0,4}|(?:key|algorithm) confusion|' +
    '(?:xml|zip|decompression|logic) bombs?|billion laughs|redos|slowloris|' +
    '(?:syn|udp|http|icmp|dns) (?:flood|amplification)\\w{0,3})\\b',
  '\\b(?:printnightmare|eternalblue|zerologon|log4shell|dirty ?(?:cow|pipe)|shellshock|pwnkit|' +
    'heartbleed|petitpotam|nopac|certifried|spring4shell|bluekeep)\\b',
  `\\b(?:exploit|abus|weaponi[sz]|trigger)\\w{0,3}${gap(5)}(?:cve-\\d{4}|` +
    'vulnerabilit\\w{1,3}|misconfigur\\w{1,6}|sudo|setuid|suid|cron|kernel|docker|policy|' +
    'service|delegation|permissions?|trust|race|helper|socket)\\b',
  // What Windows and its like are attacked with, and made to keep.
  '\\b(?:psexec|wmiexec|smbexec|winrm|lolbins?|mshta|regsvr32|rundll32|bitsadmin|' +
    'nsenter)\\b|\\b(?:registry run keys?|startup folder|wmi (?:event )?subscription|' +
    'bootkits?|logon scripts?|sticky keys|com hijack\\w{0,3}|winlogon|shadow (?:copies|' +
    'credentials)|registry (?:hives?|secrets))\\b',
  '\\b(?:dump|extract|read|steal|harvest|export|grab|collect|decrypt)(?:s|ing)?' +
    `${gap(3)}(?:browser (?:\\w{1,10} )?(?:passwords?|cookies|history|data)|saved passwords?|` +
    'wi-?fi passwords?|process memory|memory strings|clipboard|keychains?|private keys?|' +
    'kerberos tickets?|domain controllers?)\\b',
  '\\b(?:deauth\\w{0,12}|rogue ap|wps (?:pin|attack)\\w{0,3}|sim swap\\w{0,4}|rfid clon\\w{1,3}|' +
    'google dork\\w{0,3}|dorking|null sessions?|smb relay|relay attack)\\b',
  `\\b(?:capture|record|activate)(?:s|ing)?${gap(2)}(?:webcam|microphone|keyboard|` +
    'screen)\\b[^.\\n]{0,40}\\b(?:secret|silent|unnoticed|without)',
]
