import { factsFormats } from '../checks/index.ts';
import { boxTruthFormat } from '../core/box-examination.ts';
import { type Format, coreFormats } from '../core/formats.ts';
import { provenanceFormat } from '../core/provenance.ts';
import { scanReportFormat } from '../core/scan-report.ts';
import { releaseNotesFormat } from '../steps/release-notes/release-notes.ts';
import { signatureReportFormat } from '../core/signature-report.ts';
import { reproductionFormat } from '../steps/build/compare/reproduction.ts';
import { thirdPartyLicencesFormat } from '../steps/bundle/third-party-licences.ts';
import { machinesFormat } from '../guests/vagrant/catalogue.ts';
import { toolkitFormats } from '../toolkit/answers.ts';
import { trustFormats } from '../trust/index.ts';
import { findingFormat } from '../winrm/diagnose/finding.ts';
import { cleaningFormat } from './cleaning.ts';
import { copyReceiptFormat } from './guest/copy-receipt.ts';
import { renderingFormat } from './rendering.ts';
import { runningGuestFormat } from './running-guests.ts';

/** Every kind of file or message that leaves a process of the lab. `schemas/` holds exactly these, next to the program's own. */
export const allFormats: readonly Format[] = [
  ...coreFormats,
  scanReportFormat,
  signatureReportFormat,
  provenanceFormat,
  thirdPartyLicencesFormat,
  reproductionFormat,
  releaseNotesFormat,
  ...factsFormats,
  boxTruthFormat,
  ...toolkitFormats,
  ...trustFormats,
  runningGuestFormat,
  copyReceiptFormat,
  renderingFormat,
  cleaningFormat,
  findingFormat,
  machinesFormat,
];
