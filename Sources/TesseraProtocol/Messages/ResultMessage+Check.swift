extension ResultMessage {
  /// Checks a result's announcement against the request, before any of its bytes is waited for.
  ///
  /// - Throws: PROTOCOL where shape, sections or sizes are not what was asked for; DIGEST where the server read another
  ///   input; TOO_LARGE over `maxResult`.
  package func check(answering open: Open, maxResult: UInt64) throws(WireError) {
    guard inputDigest == open.digest else {
      throw WireError(.digest, "the answer belongs to an input of digest \(inputDigest), not \(open.digest)")
    }
    guard width == open.width, height == open.height else {
      throw WireError(.protocol, "a result of \(width)×\(height) for an image of \(open.width)×\(open.height)")
    }
    guard total <= maxResult else {
      throw WireError(.tooLarge, "a result of \(total) bytes; the limit is \(maxResult)")
    }
    let expected = open.outputs.inOrder
    guard sections.map(\.kind) == expected.map(\.sectionKind) else {
      throw WireError(.protocol, "sections \(sections.map(\.kind)) for outputs \(open.outputs.rawValue)")
    }
    var sum: UInt64 = 0
    for (section, output) in zip(sections, expected) {
      guard section.elementBytes == output.elementBytes(classes: Int(classes)) else {
        throw WireError(.protocol, "section \(section.kind) has elements of \(section.elementBytes) bytes")
      }
      let exact = output.sectionBytes(pixels: open.pixels, classes: Int(classes))
      guard output == .palettePNG ? section.length > 0 && classes <= 256 : section.length == exact else {
        throw WireError(.protocol, "section \(section.kind) of \(section.length) bytes for \(open.pixels) pixels")
      }
      let (next, overflow) = sum.addingReportingOverflow(section.length)
      if overflow { throw WireError(.protocol, "sections of more bytes than 64 bits count") }
      sum = next
    }
    guard sum == total, total > 0 else { throw WireError(.protocol, "sections of \(sum) bytes in a total of \(total)") }
  }
}
