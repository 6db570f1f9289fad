/** Whether a person who says only a name's first words may mean it: `cart` for `cart-api`. */
export const beginsWith = (name: string, said: string): boolean => name.startsWith(`${said}-`);
