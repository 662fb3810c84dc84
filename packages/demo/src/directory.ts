/** The people of the simulated contact centre. Names are invented; addresses use the reserved domain `.example`. */
export interface DirectoryEntry {
  readonly name: string;
  readonly team: 'Customer Care' | 'Technical Support' | 'Sales Americas';
  /** Minute of the local day at which the shift begins. */
  readonly shift: number;
  /** Odigo login; default: made of the name. */
  readonly login?: string;
  /** false: works there and sends statuses, but nobody has entered the person. */
  readonly isPerson?: boolean;
  /** false: the person exists, the login was not assigned yet. */
  readonly mapped?: boolean;
  /** Has a second login, for chats, on the other platform. */
  readonly alsoChats?: boolean;
  readonly leavesForLunch?: boolean;
}

const at = (hour: number, minute = 0) => hour * 60 + minute;
const dawn = at(5);
const early = at(6, 30);
const day = at(9);
const late = at(13);
const night = at(21, 30);
const morning = at(8);
const noon = at(11, 30);
const evening = at(15);

const care = (shift: number, ...names: string[]): DirectoryEntry[] =>
  names.map((name) => ({ name, team: 'Customer Care', shift }));
const support = (shift: number, ...names: string[]): DirectoryEntry[] =>
  names.map((name) => ({ name, team: 'Technical Support', shift }));
const sales = (shift: number, ...names: string[]): DirectoryEntry[] =>
  names.map((name) => ({ name, team: 'Sales Americas', shift }));

export const directory: readonly DirectoryEntry[] = [
  ...care(dawn, 'Claire Morel', 'Hugo Bernard', 'Ines Lefevre'),
  ...care(early, 'Karim Haddad', 'Louise Petit', 'Mathis Roux', 'Nadia Benali'),
  { name: 'Olivier Caron', team: 'Customer Care', shift: early, leavesForLunch: true },
  ...care(day, 'Pauline Girard', 'Quentin Faure'),
  { name: 'Rosa Almeida', team: 'Customer Care', shift: day, alsoChats: true },
  { name: 'Samir Toure', team: 'Customer Care', shift: day, alsoChats: true },
  ...care(late, 'Theo Marchand', 'Ursula Weber', 'Valentin Noel'),
  { name: 'Yasmine Cherif', team: 'Customer Care', shift: late, alsoChats: true },

  ...support(dawn, 'Adele Fontaine', 'Bruno Lambert', 'Camille Robin', 'David Cohen', 'Elise Perrin'),
  ...support(late, 'Farid Mansour', 'Gaelle Henry'),
  // The trainee works, but the login still waits to be assigned: NO_DATA until somebody does.
  { name: 'Noe Garnier', team: 'Technical Support', shift: day, mapped: false },
  ...support(night, 'Helene Blanc', 'Isaac Diallo', 'Julie Meunier', 'Kevin Simon', 'Lina Masson'),
  ...support(night, 'Marc Olivier', 'Nora Schmitt', 'Oscar Vidal'),

  ...sales(morning, 'Grace Miller', 'Henry Walker', 'Isabel Torres', 'Jacob Reed'),
  { name: 'Liam Foster', team: 'Sales Americas', shift: morning, leavesForLunch: true },
  ...sales(noon, 'Maya Patel', 'Noah Bennett', 'Olivia Price'),
  ...sales(evening, 'Kayla Brooks', 'Peter Nguyen', 'Quinn Harper', 'Ruth Coleman', 'Sofia Ramirez'),

  // From a temping agency: nobody entered this one, and the login is a number.
  {
    name: 'Temp 07',
    team: 'Technical Support',
    shift: late,
    login: '400117',
    isPerson: false,
    mapped: false,
  },
];
