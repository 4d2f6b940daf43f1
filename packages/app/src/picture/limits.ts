/** What a picture of somebody else may cost before it is given up. Each is held before anything is decoded, or while. */

/** A larger file is not looked at; it can be saved all the same. */
export const MAX_PICTURE_FILE_BYTES = 16 * 1024 * 1024;
/** Pixels, in each direction. */
export const MAX_PICTURE_SIDE = 16_384;
/** PNG and GIF are scaled down row by row and never stand in memory whole. */
export const MAX_PICTURE_PIXELS = 40_000_000;
/** Of a JPEG the coefficients stand in memory whole, two bytes each, with those of a coarser grid for most colours. */
export const MAX_JPEG_COEFFICIENT_BYTES = 192 * 1024 * 1024;
/** Real progressive files have about ten; each costs a walk over the whole picture. */
export const MAX_JPEG_SCANS = 64;
/** Huffman tables: eight for each scan; each is unpacked to 128 KiB. */
export const MAX_JPEG_TABLES = 8 * MAX_JPEG_SCANS;
/** A colour profile may have 255, a progressive file a few for each scan. */
export const MAX_JPEG_SEGMENTS = 1000;
/** Pixels in each direction that anything decoded is scaled down to. */
export const MAX_SHOWN_SIDE = 1600;

/** One picture, from the start of its thread to its pixels. */
export const MAX_DECODING_MS = 10_000;
/** Pictures that wait for the one that is being decoded. */
export const MAX_WAITING_PICTURES = 64;
/** Of the decoding thread's JavaScript heap; buffers are bounded by what is above. */
export const MAX_HEAP_MEBIBYTES = 256;
