/** Whether text can only be a telephone number: 10 to 15 digits (E.164) and what people put between them. A ZIP+4 has nine. */
export function looksLikePhone(text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  return digits >= 10 && digits <= 15 && /^[\d\s().+/-]*(?:(?:x|ext)\.?\s*\d+)?$/i.test(text);
}
