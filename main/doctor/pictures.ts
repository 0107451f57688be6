/** Can every picture that the configuration names be shown? */
import type { Config } from '../../app/config.ts';
import { pictureFiles, preparingProblem } from '../pictures.ts';
import { doubtful, fine, type Finding } from './report.ts';

const MEND = 'Save it anew as JPEG, PNG, WebP, AVIF or SVG; until then the product shows its first letter.';

/** @param folder of the configuration file */
export async function examinePictures(config: Config, folder: string): Promise<Finding[]> {
  const files = pictureFiles(config, folder).map(({ file }) => file);
  const problems: Finding[] = [];
  for (const file of files) {
    const message = await preparingProblem(file);
    if (message !== null) problems.push(doubtful('picture', `${file}: ${message}`, MEND));
  }
  return problems.length > 0 || files.length === 0 ? problems : [fine('pictures', `${files.length} can be shown`)];
}
