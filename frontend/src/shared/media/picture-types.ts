/** What the media service takes, for the dialog that chooses a file. The service goes by the bytes. */
export const PICTURE_TYPES = 'image/jpeg,image/png,image/webp,image/avif';
