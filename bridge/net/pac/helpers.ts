/** The functions that every PAC file may call, as JavaScript for the sandbox. They have no way out but `__resolve`, `__ownAddress` and `__now`, which the worker gives. Netscape's and Mozilla's descriptions of PAC say what each does. */

/** Put before the text of a PAC file. */
export const pacHelpers = String.raw`
function isPlainHostName(host) { return String(host).indexOf('.') < 0; }
function dnsDomainIs(host, domain) { return String(host).toLowerCase().endsWith(String(domain).toLowerCase()); }
function localHostOrDomainIs(host, full) {
  host = String(host).toLowerCase(); full = String(full).toLowerCase();
  return host === full || (host.indexOf('.') < 0 && full.startsWith(host + '.'));
}
function dnsDomainLevels(host) { return String(host).split('.').length - 1; }
function dnsResolve(host) { return __resolve(String(host)); }
function isResolvable(host) { return dnsResolve(host) !== null; }
function myIpAddress() { return __ownAddress; }
function alert() {}
function convert_addr(text) {
  var parts = String(text).split('.').map(Number);
  return ((parts[0] & 255) << 24 | (parts[1] & 255) << 16 | (parts[2] & 255) << 8 | parts[3] & 255) >>> 0;
}
function isInNet(host, pattern, mask) {
  var address = /^\d+\.\d+\.\d+\.\d+$/.test(host) ? String(host) : dnsResolve(host);
  if (address === null) return false;
  return ((convert_addr(address) ^ convert_addr(pattern)) & convert_addr(mask)) === 0;
}
function shExpMatch(text, pattern) {
  var escaped = String(pattern).replace(/[.+^$(){}|\\\[\]]/g, '\\$&').replace(/\*+/g, '.*').replace(/\?/g, '.');
  return new RegExp('^' + escaped + '$').test(String(text));
}
var __days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
var __months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
function __clock(args) {
  var rest = Array.prototype.slice.call(args);
  var isGmt = rest[rest.length - 1] === 'GMT';
  if (isGmt) rest.pop();
  return { now: isGmt ? __now.utc : __now.local, rest: rest };
}
function __between(value, from, to) {
  return from <= to ? value >= from && value <= to : value >= from || value <= to;
}
function weekdayRange() {
  var clock = __clock(arguments), days = clock.rest.map(function (day) { return __days.indexOf(day); });
  return __between(clock.now.weekday, days[0], days.length > 1 ? days[1] : days[0]);
}
function timeRange() {
  var clock = __clock(arguments), now = clock.now, rest = clock.rest.map(Number);
  var at = now.hour * 3600 + now.minute * 60 + now.second;
  if (rest.length === 1) return now.hour === rest[0];
  if (rest.length === 2) return __between(at, rest[0] * 3600, rest[1] * 3600);
  if (rest.length === 4) return __between(at, rest[0] * 3600 + rest[1] * 60, rest[2] * 3600 + rest[3] * 60);
  return __between(at, rest[0] * 3600 + rest[1] * 60 + rest[2], rest[3] * 3600 + rest[4] * 60 + rest[5]);
}
function dateRange() {
  var clock = __clock(arguments), now = clock.now, rest = clock.rest;
  var read = function (part) {
    if (typeof part === 'string') return { month: __months.indexOf(part.toUpperCase()) };
    return part > 31 ? { year: part } : { day: part };
  };
  var half = rest.length === 1 ? 1 : rest.length / 2;
  var from = Object.assign.apply(null, [{}].concat(rest.slice(0, half).map(read)));
  var to = rest.length === 1 ? from : Object.assign.apply(null, [{}].concat(rest.slice(half).map(read)));
  var number = function (date, as) {
    var year = as.year === undefined ? 0 : date.year, month = as.month === undefined ? 0 : date.month;
    return year * 10000 + month * 100 + (as.day === undefined ? 0 : date.day);
  };
  var at = number(now, from), first = number(from, from), last = number(to, from);
  // A range with years does not go round the end of one.
  return from.year !== undefined ? at >= first && at <= last : __between(at, first, last);
}
`;
