/**
 * Which given names are short for which. A row: the name on the certificate, then what such a person is called. Both
 * directions count, and two short forms of one name; two certificates' names never do (Alexander is not Alexandra).
 */
const table = `
abigail abby gail
abraham abe bram
adelaide addie ada
albert al bert bertie
alejandro ale alex
alexander alex alec sandy xander lex sasha
alexandra alex sandra lexi sandy sasha alexa
alfred alf fred freddie
alison ali
amanda mandy
andrew andy drew
anthony tony ant
antonio toni tono tony
barbara barb babs
bartholomew bart
beatrice bea trixie
benjamin ben benny benji
bernard bernie
bradley brad
bridget biddy bridie
caroline carol carrie caro
catherine cathy cath kate katie kitty
charles charlie chuck chas
charlotte charlie lottie
christina chris chrissy tina
christine chris chrissy
christopher chris kit topher
clifford cliff
concepcion concha conchita
cornelius neil
cynthia cindy
daniel dan danny
david dave davy
deborah deb debbie debra
dolores lola
dominic dom nic
donald don donny
dorothy dot dottie dolly
douglas doug
eduardo edu lalo
edward ed eddie ted teddy ned
eleanor ellie nell nora
elizabeth liz lizzie beth betty betsy eliza libby lisa elsie bess
emily em
emma em
enrique quique kike
ernest ernie
eugene gene
evelyn evie
florence flo
frances fran frannie
francis frank fran
francisco paco pancho fran kiko
franklin frank
frederick fred freddie fritz
gabriel gabe gabi
gabriela gabi gaby
gerald gerry jerry
geraldine gerry
gerard gerry
gregory greg
guadalupe lupe lupita
guillermo memo guille
gwendolyn gwen
harold harry hal
harriet hattie
helen nell nellie
henry hank harry hal
herbert herb bert
howard howie
ignacio nacho
isabella bella izzy isa
isabel bel izzy isa
jacob jake
jacqueline jackie
james jim jimmy jamie jem
janet jan
jean jeannie
jeffrey jeff
jennifer jen jenny jenni
jeremy jerry
jessica jess jessie
jesus chuy chucho
joan joanie
john jack johnny jon
jonathan jon jonny nathan
jorge coque
jose pepe chepe
josefa pepa
joseph joe joey
josephine jo josie
joshua josh
juan juanito
judith judy
julia julie
katherine kathy kate katie kay kitty kat
kathleen kathy kate kath
kenneth ken kenny
kimberly kim
lawrence larry laurie
leonard len lenny leo
leonardo leo
louis lou louie
louise lou
lucille lucy
luis lucho
magdalena magda lena
manuel manolo manny
margaret maggie meg peggy marge greta daisy rita
maria mari marie
martin marty
mary molly polly mae
matthew matt
matilda tilly
maximilian max
maxwell max
melissa mel missy
michael mike mick mickey mikey
michelle shelly
mildred millie
miguel migue
mohammed mo
montgomery monty
nathaniel nat nate nathan
nathan nat nate
nicholas nick nicky nico
nicole nicky nic
norman norm
oliver ollie
olivia liv livvy
pamela pam
patricia pat patty trish tricia
patrick pat paddy
peter pete
philip phil pip
phillip phil pip
priscilla cilla
rafael rafa
randolph randy
raymond ray
rebecca becky becca
reginald reg reggie
richard rick dick rich ricky
robert bob bobby rob robbie bert
roberto beto
rodney rod
roger rodge
ronald ron ronnie
rosario charo
rosemary rosie
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sally sadie
sebastian seb bastian
sergio checo
sidney sid
simon si
sofia sofi
stanley stan
stephanie steph stephie
stephen steve stevie
steven steve stevie
stuart stu
susan sue susie suzie
susanna sue susie
sylvester sly
teresa tere teri tess
terence terry
theodore ted teddy theo
theresa terry tess tessa
thomas tom tommy
timothy tim timmy
tobias toby
valerie val
vanessa nessa
veronica ronnie vero
victor vic
victoria vicky tori
vincent vince vinnie
virginia ginny
walter walt wally
wilfred wilf
william bill billy will willy liam
winifred winnie
yvonne evie
zachary zach zack
`;

/** Short form -> the names it stands for. */
const standsFor = new Map<string, readonly string[]>();
for (const row of table.trim().split('\n')) {
  const [name = '', ...short] = row.split(' ');
  for (const form of short) standsFor.set(form, [...(standsFor.get(form) ?? []), name]);
}

/** `clear`: the short form stands for one name only. `shared`: for several, as Alex does, who may be brother or sister. */
export type Nickname = 'clear' | 'shared' | null;

/** @param a @param b given names, folded, one word */
export function nicknameOf(a: string, b: string): Nickname {
  if (a === b) return null;
  const ofA = standsFor.get(a);
  const ofB = standsFor.get(b);
  const direct = ofA?.includes(b) === true || ofB?.includes(a) === true;
  const common = ofA?.some((name) => ofB?.includes(name) === true) === true;
  if (!direct && !common) return null;
  return (ofA?.length ?? 1) > 1 || (ofB?.length ?? 1) > 1 ? 'shared' : 'clear';
}

/** The names a given name may stand for, itself among them: whoever shares one is looked at. */
export const namesFor = (given: string): readonly string[] => [given, ...(standsFor.get(given) ?? [])];
