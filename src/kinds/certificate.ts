import { kindByRule } from '../domain/issue-kind.ts';

/** A certificate that runs out soon, or that nobody issues. */
const certificate = kindByRule({
  name: 'certificate',
  title: 'A certificate near its end or not issued',
  says: { now: 'needs a new certificate', past: 'needed a new certificate' },
  alerts: [
    'KubeClientCertificateExpiration',
    'KubeletClientCertificateExpiration',
    'KubeletServerCertificateExpiration',
    'KubeletClientCertificateRenewalErrors',
    'KubeletServerCertificateRenewalErrors',
    'CertManagerAbsent',
    'CertManagerCertExpirySoon',
    'CertManagerCertNotReady',
    'CertManagerHittingRateLimits',
    'SslCertificateExpirySoon',
    'SSLCertExpiringSoon',
    'BlackboxSslCertificateWillExpireSoon',
    'BlackboxSslCertificateExpired',
    'CertificateExpiringSoon',
    'CertificateNotReady',
  ],
});
export default certificate;
