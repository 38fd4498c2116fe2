import type { Readable } from 'node:stream';
import PdfKit from 'pdfkit';

export interface PdfSection {
  readonly heading: string;
  readonly text: string;
}

/** A plain document of headed sections, on US letter. Its fonts are those that every reader has, so it knows Western letters only. */
export function pdf(title: string, madeAt: Date, sections: readonly PdfSection[]): Readable {
  const document = new PdfKit({
    size: 'LETTER',
    margin: 60,
    info: { Title: western(title), Creator: 'Decorum', CreationDate: madeAt, ModDate: madeAt },
  });
  document.font('Helvetica-Bold').fontSize(16).text(western(title)).moveDown();
  for (const { heading, text } of sections) {
    document.font('Helvetica-Bold').fontSize(12).text(western(heading));
    document.font('Helvetica').fontSize(10).text(western(text)).moveDown();
  }
  document.end();
  return document;
}

/** Letters that Latin-1 lacks: without their marks where that helps, else a question mark, never another letter. */
function western(text: string): string {
  return text.replaceAll(/[^\n\x20-\x7e\xa0-\xff]/gu, (letter) => {
    const plain = letter.normalize('NFKD').replaceAll(/\p{M}/gu, '');
    return /^[\x20-\x7e]+$/.test(plain) ? plain : '?';
  });
}
