/** The name of a spec as people choose it. Only LeanSpec puts a date or a number before it; elsewhere digits belong to the name. Pure. */

/** A date that stands before a number. */
export const datedName = /^\d{8}-(?=\d)/;

/** The part of a folder's name that was chosen. */
export function chosenName({ name, format }: { readonly name: string; readonly format: string }): string {
  return format === 'lean-spec' ? name.replace(datedName, '').replace(/^\d+-/, '') : name;
}
