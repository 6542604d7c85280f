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
      for violation in violations {
        guard case .inBetweenIDs(let share) = violation.rule else { continue }
        #expect(violation.severity == (share > 0.5 ? .error : .warning))
      }
    }
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
