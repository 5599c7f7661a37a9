// Loaded when it is asked for, which may be long after a newer release has replaced the workers of this one.
export const release = '@RELEASE@';
