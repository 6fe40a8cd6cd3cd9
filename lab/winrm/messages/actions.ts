import { namespaces } from '../soap/namespaces.ts';

/** Actions spoken here, by name; the answer's action is the same with `Response` behind it ([MS-WSMV] 3.1.4, DSP0226 7 and 8). */
export const actions = {
  Create: `${namespaces.x}/Create`,
  Delete: `${namespaces.x}/Delete`,
  Get: `${namespaces.x}/Get`,
  Enumerate: `${namespaces.n}/Enumerate`,
  Command: `${namespaces.rsp}/Command`,
  Send: `${namespaces.rsp}/Send`,
  Receive: `${namespaces.rsp}/Receive`,
  Signal: `${namespaces.rsp}/Signal`,
} as const;

export type ActionName = keyof typeof actions;

/** The name of an action URI, if it is one of those spoken here. */
export const actionNamed = (uri: string): ActionName | undefined =>
  (Object.keys(actions) as ActionName[]).find((name) => actions[name] === uri);

/** The action of the answer to `name`. */
export const responseAction = (name: ActionName): string => `${actions[name]}Response`;
