// The parts of JupyterLab that the panel uses, and what its own server extension answers.

/** The packages that JupyterLab shares: for each name, the versions that are loaded. */
export type SharedPackages = Record<string, Record<string, { get(): Promise<() => unknown> }>>;

export interface Signal {
  connect(slot: (sender: unknown, args: unknown) => void): void;
}

export interface LuminoWidget {
  id: string;
  node: HTMLElement;
  title: { caption: string; icon: unknown };
}

export interface DocumentWidget {
  context?: { path: string; fileChanged: Signal; sessionContext?: { statusChanged: Signal } };
}

export interface App {
  /** Resolves once JupyterLab has restored its layout. */
  restored: Promise<unknown>;
  serviceManager: { serverSettings: { baseUrl: string } };
  shell: {
    add(widget: LuminoWidget, area: string, options: { rank: number }): void;
    activateById(id: string): void;
    currentWidget: DocumentWidget | null;
    currentChanged: Signal;
  };
  commands: { execute(command: string, args: object): Promise<unknown> };
}

export interface Activity {
  title: string;
  description: string;
  path: string;
  state: "new" | "begun" | "done";
  minutes: number;
  minutes_left: number;
  steps: number;
  steps_done: number;
  /** How many flash cards are due there. */
  cards_due: number;
}

export interface Lesson {
  title: string;
  summary: string;
  home: string;
  minutes: number;
  share_done: number;
  cards_due: number;
  activities: Activity[];
}

/** The sandbox of the open notebook; all texts are empty if it has none. */
export interface NotebookSandbox {
  world: string;
  acting_as: string;
  clock: string;
  last: string;
}

export interface Outline {
  problem: string;
  lessons: Lesson[];
  cards_due: number;
  following: Activity | null;
  following_lesson: string;
}
