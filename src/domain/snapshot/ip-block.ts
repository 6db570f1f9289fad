/** Whether an IPv4 address lies in a block (`10.0.0.0/8`). What can't be read (IPv6) is taken to lie in it: nobody is accused by it. */
export function isInBlock(ip: string, cidr: string): boolean {
  const [base = '', length = '32'] = cidr.split('/');
  const [own, block, bits] = [numberOf(ip), numberOf(base), Number(length)];
  if (own === null || block === null || !(bits >= 0 && bits <= 32)) return true;
  const size = 2 ** (32 - bits);
  return Math.floor(own / size) === Math.floor(block / size);
}

function numberOf(ip: string): number | null {
  const parts = ip.split('.').map(Number);
  return parts.length === 4 && parts.every((one) => one >= 0 && one <= 255)
    ? parts.reduce((sum, one) => sum * 256 + one, 0)
    : null;
}
