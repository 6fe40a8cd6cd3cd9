/** Brands a primitive so that values of the same shape but another meaning cannot be mixed up. Costs nothing at run time. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };
