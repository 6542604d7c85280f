import Testing

@testable import TesseraWeights

struct JSONScannerTests {
  /// What the scanner makes of one JSON string, nil where it refuses.
  private func string(_ json: some Sequence<UInt8>) -> String? {
    var scanner = JSONScanner(Array(json), origin: 0, file: "t")
    guard let string = try? scanner.string(), (try? scanner.end()) != nil else { return nil }
    return string
  }

  private func string(_ json: String) -> String? { string(json.utf8) }

  private func naturals(_ json: String) -> [Int]? {
    var scanner = JSONScanner(Array(json.utf8), origin: 0, file: "t")
    guard let numbers = try? scanner.naturals(), (try? scanner.end()) != nil else { return nil }
    return numbers
  }

  @Test func escapesAreRead() {
    #expect(string(#""\"\\\/\b\f\n\r\t""#) == "\"\\/\u{8}\u{c}\n\r\t")
    #expect(string(#""\u00e9\u00E9\u0000""#) == "éé\0")
    #expect(string(#""\ud83d\ude42""#) == "🙂")
    #expect(string(#""\uffff""#) == "\u{ffff}")
    #expect(string(#""""#) == "")
  }

  @Test(arguments: [
    #""\ud83d""#, #""\ude42""#, #""\ud83dx""#, #""\ud83d\u0041""#, #""\ude42\ud83d""#, #""\ud83d\"#, #""\u12""#,
    #""\u12g4""#, #""\x41""#, #""\U0041""#, #""\"#, #""\u"#, #"""#, "\"a\nb\"", "\"\0\"", "\"\u{1f}\"", #"'a'"#, "",
    "a",
  ])
  func brokenStringsAreRefused(json: String) { #expect(string(json) == nil) }

  @Test func textThatIsNoUTF8IsRefused() {
    let quote = UInt8(ascii: "\"")
    for bad: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80], [0x80]] {
      #expect(string([quote] + bad + [quote]) == nil, "\(bad)")
    }
    #expect(string([quote, 0xf4, 0x8f, 0xbf, 0xbf, quote]) == "\u{10ffff}")
  }

  @Test func naturalNumbersAreRead() {
    #expect(naturals("[]") == [])
    #expect(naturals("[ ]") == [])
    #expect(naturals("[0]") == [0])
    #expect(naturals("[ 10,9223372036854775807 , 3]") == [10, .max, 3])
  }

  @Test(arguments: [
    "[-1]", "[-0]", "[+1]", "[01]", "[00]", "[1.0]", "[1.]", "[.5]", "[1e2]", "[1E2]", "[0x1]", "[9223372036854775808]",
    "[99999999999999999999]", "[1 2]", "[1,]", "[,1]", "[", "[1", "1", "[null]", "[true]", "[\"1\"]", "[NaN]", "[]]",
  ])
  func otherNumbersAreRefused(json: String) { #expect(naturals(json) == nil) }
}
