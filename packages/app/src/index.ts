/** The package is a program, `asfaleia`; @asfaleia/client is the library. */
export {};
