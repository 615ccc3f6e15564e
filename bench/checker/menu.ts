import type { Fault } from './fault.ts';
import { bus } from './faults/bus.ts';
import { bytes } from './faults/bytes.ts';
import { database } from './faults/database.ts';
import { door } from './faults/door.ts';
import { network } from './faults/network.ts';
import { processes } from './faults/processes.ts';
import { rights } from './faults/rights.ts';

/** Every fault there is. A number of the menu that is not here is named in docs/checker.md as not there yet. */
export const MENU: readonly Fault[] = [...processes, ...door, ...database, ...bus, ...network, ...rights, ...bytes].toSorted((left, right) => Number(left.id.slice(1)) - Number(right.id.slice(1)));

/** The five that CI runs: what dies, what stands still, what is disposable, whose right ends. */
export const SMOKE: readonly string[] = ['X1', 'X8', 'X11', 'X16', 'X36'];
