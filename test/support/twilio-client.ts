// Twilio's official client, pointed at another place than api.twilio.com.

import twilio from 'twilio';
import { ACCOUNT_SID, AUTH_TOKEN } from './twilio-process.ts';

export function officialClient(url: string, authToken = AUTH_TOKEN): twilio.Twilio {
  const { protocol, host } = new URL(url);
  const httpClient = new twilio.RequestClient();
  const request = httpClient.request.bind(httpClient);
  httpClient.request = (options) => {
    const uri = Object.assign(new URL(options.uri), { protocol, host });
    return request({ ...options, uri: uri.href });
  };
  return twilio(ACCOUNT_SID, authToken, { httpClient });
}
