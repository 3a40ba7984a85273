import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { presentProtos, publishedProtos } from '../../support/proto-baseline.ts';
import { incompatibilities } from '../../support/proto-compatibility.ts';

it('proto/covey can be spoken with peers and clients of the last release', () => {
  expect(incompatibilities(publishedProtos(), presentProtos())).toEqual([]);
});

const BASE = `
  service Shop {
    rpc Buy(Order) returns (Receipt);
    rpc Watch(Order) returns (stream Receipt);
  }
  message Order {
    reserved 7, 10 to 12;
    reserved "gone";
    string item = 1;
    int32 count = 2;
    repeated string notes = 3;
    map<string, Price> prices = 4;
    Kind kind = 5;
    oneof way { string post = 6; bool fetched = 8; }
    optional string gift = 9;
    enum Kind { reserved 5; KIND_UNSPECIFIED = 0; FAST = 1; SLOW = 2; }
    message Price { int64 cents = 1; }
  }
  message Receipt { string id = 1; }
`;

const parse = (text: string) =>
  protobuf.parse(`syntax = "proto3"; package a.v1; ${text}`, new protobuf.Root(), { keepCase: true }).root;

/** BASE with one thing replaced, which it has to hold. */
function changed(from: string, to: string): string {
  expect(BASE).toContain(from);
  return BASE.replace(from, to);
}

const between = (before: string, after: string) => incompatibilities(parse(before), parse(after));

describe('may change', () => {
  it.each([
    ['nothing', 'int32 count = 2;', 'int32 count = 2;'],
    ['a comment', 'int32 count = 2;', '// how many\n int32 count = 2;'],
    ['a new field', 'int32 count = 2;', 'int32 count = 2; string colour = 20;'],
    ['a new call', 'rpc Buy', 'rpc Sell(Receipt) returns (Order); rpc Buy'],
    ['a new value', 'SLOW = 2;', 'SLOW = 2; SLOWER = 3;'],
    ['a new message', 'message Receipt', 'message Bill { string id = 1; } message Receipt'],
    ['a field that goes and is reserved', 'int32 count = 2;', 'reserved 2; reserved "count";'],
    ['a value that goes and is reserved', 'SLOW = 2;', 'reserved 2; reserved "SLOW";'],
    ['more that is reserved', 'reserved 7, 10 to 12;', 'reserved 7, 10 to 15;'],
    ['how a type is spelled', 'Kind kind = 5;', '.a.v1.Order.Kind kind = 5;'],
    ['the order of fields', 'string item = 1;\n    int32 count = 2;', 'int32 count = 2; string item = 1;'],
  ])('%s', (_, from, to) => {
    expect(between(BASE, changed(from, to))).toEqual([]);
  });
});

describe('is found', () => {
  it.each([
    [
      'a field that goes',
      ['int32 count = 2;', ''],
      'field a.v1.Order.count = 2 is gone, and its number 2 and its name "count" not reserved',
    ],
    [
      'a field whose number alone is reserved',
      ['int32 count = 2;', 'reserved 2;'],
      'field a.v1.Order.count = 2 is gone, and its name "count" not reserved',
    ],
    [
      'another number',
      ['int32 count = 2;', 'int32 count = 20;'],
      'field a.v1.Order.count = 2 is gone, and its number 2 and its name "count" not reserved',
    ],
    ['another name', ['count = 2', 'amount = 2'], 'field a.v1.Order 2 was int32 count, and is int32 amount'],
    [
      'another type',
      ['int32 count', 'int64 count'],
      'field a.v1.Order 2 was int32 count, and is int64 count',
    ],
    [
      'another message as the type',
      ['map<string, Price> prices', 'map<string, Receipt> prices'],
      'field a.v1.Order 4 was map<string, a.v1.Order.Price> prices, and is map<string, a.v1.Receipt> prices',
    ],
    [
      'one in place of several',
      ['repeated string notes', 'string notes'],
      'field a.v1.Order 3 was repeated string notes, and is string notes',
    ],
    [
      'a field that leaves its oneof',
      [
        'oneof way { string post = 6; bool fetched = 8; }',
        'string post = 6; oneof way { bool fetched = 8; }',
      ],
      'field a.v1.Order 6 was string post in oneof way, and is string post',
    ],
    [
      'a field that is always there',
      ['optional string gift', 'string gift'],
      'field a.v1.Order 9 was optional string gift, and is string gift',
    ],
    [
      'a number that is not reserved any more',
      ['reserved 7, 10 to 12;', 'reserved 10 to 12;'],
      'a.v1.Order: the numbers 7 to 7 are not reserved any more',
    ],
    [
      'a part of a range that is not reserved any more',
      ['reserved 7, 10 to 12;', 'reserved 7, 11 to 12;'],
      'a.v1.Order: the numbers 10 to 12 are not reserved any more',
    ],
    [
      'a name that is not reserved any more',
      ['reserved "gone";', ''],
      'a.v1.Order: the name "gone" is not reserved any more',
    ],
    ['another name of a value', ['SLOW = 2', 'LAME = 2'], 'value a.v1.Order.Kind.SLOW = 2 is now named LAME'],
    ['another number of a value', ['SLOW = 2', 'SLOW = 4'], 'value a.v1.Order.Kind.SLOW was 2, and is 4'],
    [
      'a value that goes',
      ['SLOW = 2;', ''],
      'value a.v1.Order.Kind.SLOW = 2 is gone, and its number 2 and its name "SLOW" not reserved',
    ],
    [
      'a number of an enum that is not reserved any more',
      ['reserved 5; KIND', 'KIND'],
      'a.v1.Order.Kind: the numbers 5 to 5 are not reserved any more',
    ],
    ['a call that goes', ['rpc Buy(Order) returns (Receipt);', ''], 'rpc a.v1.Shop.Buy is gone'],
    [
      'another request',
      ['rpc Buy(Order)', 'rpc Buy(Receipt)'],
      'rpc a.v1.Shop.Buy was (a.v1.Order) returns (a.v1.Receipt), and is (a.v1.Receipt) returns (a.v1.Receipt)',
    ],
    [
      'an answer that streams no more',
      ['returns (stream Receipt)', 'returns (Receipt)'],
      'rpc a.v1.Shop.Watch was (a.v1.Order) returns (stream a.v1.Receipt), and is (a.v1.Order) returns (a.v1.Receipt)',
    ],
    [
      'a request that streams',
      ['rpc Watch(Order)', 'rpc Watch(stream Order)'],
      'rpc a.v1.Shop.Watch was (a.v1.Order) returns (stream a.v1.Receipt), and is (stream a.v1.Order) returns (stream a.v1.Receipt)',
    ],
    [
      'another name of a message',
      ['message Price { int64 cents = 1; }', ''],
      'message a.v1.Order.Price is gone',
    ],
    ['another name of a service', ['service Shop', 'service Store'], 'service a.v1.Shop is gone'],
    ['another name of an enum', ['enum Kind', 'enum Sort'], 'enum a.v1.Order.Kind is gone'],
  ] as const)('%s', (_, [from, to], expected) => {
    // What is taken away is taken from where it is used, too.
    const after = changed(from, to)
      .replace(
        'map<string, Price> prices',
        from.startsWith('message Price') ? 'map<string, Receipt> prices' : '$&',
      )
      .replace('Kind kind', to === 'enum Sort' ? 'Sort kind' : '$&');
    expect(between(BASE, after)).toContain(expected);
  });

  it('a package that is named otherwise', () => {
    const after = protobuf.parse(`syntax = "proto3"; package a.v2; ${BASE}`, new protobuf.Root());
    expect(incompatibilities(parse(BASE), after.root)).toEqual(['package a.v1 is gone']);
  });

  it('all of it, not only the first', () => {
    const after = BASE.replace('SLOW = 2', 'LAME = 2')
      .replace('int32 count', 'int64 count')
      .replace('rpc Buy', 'rpc Get');
    expect(between(BASE, after)).toHaveLength(3);
  });
});
