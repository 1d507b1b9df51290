// The demo's sample people, as far as tests meet them.

export const ADA = { login: 'ada', email: 'ada@example.org', name: 'Ada Lovelace', password: 'seven otters juggle plums' };

export const GRACE = { login: 'grace', email: 'grace@example.org', name: 'Grace Hopper', password: 'seven otters juggle plums' };

/** Administrator and helpdesk of the demo. */
export const MARGARET = { login: 'margaret', email: 'margaret@example.org', name: 'Margaret Hamilton', password: 'seven otters juggle plums' };

export const HEDY = { login: 'hedy', email: 'hedy@example.org', name: 'Hedy Lamarr', password: 'seven otters juggle plums' };

/** What people choose; nothing about it is common, short or personal. */
export const NEW_PASSWORD = 'nine badgers polish lanterns';

export const OTHER_PASSWORD = 'eleven herons mend old kettles';
