import { kindByRule } from '../domain/issue-kind.ts';

/** A certificate that runs out soon, or that nobody issues. */
const certificate = kindByRule({
  name: 'certificate',
  title: 'A certificate near its end or not issued',
  says: { now: 'has a certificate that ends or isn’t issued', past: 'had a certificate that ended or wasn’t issued' },
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
