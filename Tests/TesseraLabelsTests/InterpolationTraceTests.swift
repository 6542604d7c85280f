import Testing

@testable import TesseraLabels

@Suite struct InterpolationTraceTests {
  static let camVidIDs = Array(0...11) as [UInt8]

  @Test func countsRampsAcrossAndDown() {
    let across = RawLabelMap(width: 4, height: 1, ids: [1, 1, 3, 5] as [UInt8])
    let trace = InterpolationTrace(of: across, labelSet: .camVid)
    #expect(trace.edges == 2)
    #expect(trace.inBetween == 1)
    #expect(trace.first == PixelPosition(x: 2, y: 0))
    #expect(trace.share == 0.5)
    let down = RawLabelMap(width: 1, height: 4, ids: [90, 60, 30, 30] as [UInt16])
    #expect(InterpolationTrace(of: down, labelSet: .camVid).inBetween == 1)
    #expect(InterpolationTrace(of: down, labelSet: .camVid).unknownInBetween == 1)
  }

  @Test func neighbouringIDsLeaveNoRoomInBetween() {
    let map = RawLabelMap(width: 4, height: 1, ids: [1, 1, 2, 2] as [UInt8])
    let trace = InterpolationTrace(of: map, labelSet: .camVid)
    #expect(trace.edges == 0)
    #expect(trace.share == 0)
  }

  @Test func mapsWithoutAnInsideHaveNoEdges() {
    for (width, height) in [(0, 0), (1, 1), (2, 2), (2, 1), (1, 2)] {
      let ids = (0..<width * height).map { UInt8($0 * 5) }
      let trace = InterpolationTrace(of: RawLabelMap(width: width, height: height, ids: ids), labelSet: .camVid)
      #expect(trace.edges == 0)
    }
  }

  @Test(arguments: 0..<6 as Range<UInt64>) func blendedMapsAreFoundAndCleanOnesAreNot(seed: UInt64) {
    let clean = scene(width: 120, height: 90, ids: Self.camVidIDs, rectangles: 14, seed: seed)
    #expect(clean.violations(for: .camVid) == [])
    for (width, height) in [(91, 70), (131, 97), (240, 180)] {
      let violations = bilinear(clean, width: width, height: height).violations(for: .camVid)
      #expect(violations.map(\.rule.name) == ["in-between-ids"])
      #expect(violations.map(\.suspectedCause) == [.interpolation])
    }
  }

  /// A map of equal rows, so that only neighbours left and right differ.
  ///
  /// A ramp such as 0 1 2 is one edge, in between; one such as 0 2 5 is three edges, of which one is; a clean border
  /// such as 2 7 is two edges, of which none is.
  struct Blend: Sendable {
    let row: [UInt8]
    var height = 40
    let severity: Violation.Severity?
    var share = 0.0
  }

  static let blends = [
    // 1 of 7 edges, 1 of 5.
    Blend(row: [0, 0, 1, 2, 2, 7, 7, 2, 2, 7, 7], severity: nil),
    Blend(row: [0, 0, 1, 2, 2, 7, 7, 2, 2], severity: .warning, share: 0.2),
    // 1 of 3, in as few pixels as are suspect, and in one less.
    Blend(row: [0, 0, 2, 5, 5], height: 32, severity: .warning, share: 1.0 / 3),
    Blend(row: [0, 0, 2, 5, 5], height: 31, severity: nil),
    // 2 of 4, which is not more than half; 3 of 5; 1 of 1.
    Blend(row: [0, 0, 1, 2, 2, 1, 0, 0, 5, 5], severity: .warning, share: 0.5),
    Blend(row: [0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 6, 6], severity: .error, share: 0.6),
    Blend(row: [0, 0, 1, 2, 2], severity: .error, share: 1),
  ]

  @Test(arguments: blends) func moreBlendedBordersAreWorse(blend: Blend) {
    let ids = (0..<blend.height).flatMap { _ in blend.row }
    let violations = RawLabelMap(width: blend.row.count, height: blend.height, ids: ids).violations(for: .camVid)
    #expect(violations.map(\.severity) == [blend.severity].compactMap(\.self))
    #expect(violations.map(\.rule) == (blend.severity == nil ? [] : [.inBetweenIDs(share: blend.share)]))
  }

  @Test func aFewThinRegionsAreNoInterpolation() {
    // Poles (2) of one pixel between sky (0) and trees (5): in between by their ids, yet right.
    var ids = scene(width: 120, height: 90, ids: [0, 5], rectangles: 14, seed: 3).storedIDs
    for y in 0..<90 { ids[y * 120 + 40] = 2 }
    #expect(RawLabelMap(width: 120, height: 90, ids: ids).violations(for: .camVid) == [])
  }

  @Test func aTinyMapIsNotSuspect() {
    let map = RawLabelMap(width: 11, height: 2, ids: (0...10).map(UInt8.init) + (0...10).map(UInt8.init))
    #expect(map.violations(for: .camVid) == [])
  }
}

extension RawLabelMap {
  fileprivate var storedIDs: [UInt8] {
    switch ids {
    case .u8(let ids): ids
    case .u16(let ids): ids.map { UInt8($0) }
    }
  }
}
