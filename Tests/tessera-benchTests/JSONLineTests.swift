import Foundation
import Testing

@testable import tessera_bench

struct JSONLineTests {
  @Test func fieldsStandInTheirOrder() {
    var line = JSONLine()
    line.add("net", "unet32")
    line.add("batch", 4)
    line.add("adversary", false)
    line.add("best_ms", 1.23456)
    #expect(
      line.description
        == #"{"engine": "tessera", "net": "unet32", "batch": 4, "adversary": false, "best_ms": 1.235}"#)
  }

  @Test func everyValueIsJSON() throws {
    var line = JSONLine()
    line.add("text", "a \"b\" \\ \n c")
    line.add("huge", 1e300)
    line.add("tiny", 1e-9)
    line.add("infinite", Double.infinity)
    line.add("none", Double.nan)
    let object = try JSONSerialization.jsonObject(with: Data(line.description.utf8)) as? [String: Any]
    #expect(object?["text"] as? String == "a \"b\" \\   c")
    #expect(object?["huge"] as? Double == 1e300)
    #expect(object?["tiny"] as? Double == 0)
    #expect(object?["infinite"] is NSNull && object?["none"] is NSNull)
  }
}
