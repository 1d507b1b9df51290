// The history of a page, which this version of TypeScript does not know yet.
declare const navigation: { entries(): { url: string | null }[] };
