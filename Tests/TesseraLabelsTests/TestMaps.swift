import TesseraLabels
import TestSupport

/// Rectangles of random classes over one another, as a crude scene; `void` in place of a class marks void pixels.
func scene(width: Int, height: Int, ids: [UInt8], rectangles: Int, seed: UInt64) -> RawLabelMap {
  var generator = SplitMix64(seed: seed)
  var pixels = [UInt8](repeating: ids[0], count: width * height)
  for _ in 0..<rectangles {
    let id = ids.randomElement(using: &generator)!
    let (left, top) = (Int.random(in: 0..<width, using: &generator), Int.random(in: 0..<height, using: &generator))
    let right = min(width, left + Int.random(in: 2...max(2, width / 3), using: &generator))
    let bottom = min(height, top + Int.random(in: 2...max(2, height / 3), using: &generator))
    for y in top..<bottom {
      for x in left..<right { pixels[y * width + x] = id }
    }
  }
  return RawLabelMap(width: width, height: height, ids: pixels)
}

/// The map at another size with ids blended as if they were grey levels: what must never be done.
func bilinear(_ map: RawLabelMap, width: Int, height: Int) -> RawLabelMap {
  var pixels: [UInt8] = []
  for y in 0..<height {
    let v = min(max((Double(y) + 0.5) * Double(map.height) / Double(height) - 0.5, 0), Double(map.height - 1))
    let (top, bottom) = (Int(v), min(Int(v) + 1, map.height - 1))
    for x in 0..<width {
      let u = min(max((Double(x) + 0.5) * Double(map.width) / Double(width) - 0.5, 0), Double(map.width - 1))
      let (left, right) = (Int(u), min(Int(u) + 1, map.width - 1))
      let (fx, fy) = (u - Double(left), v - Double(top))
      let above = Double(map[left, top]) * (1 - fx) + Double(map[right, top]) * fx
      let below = Double(map[left, bottom]) * (1 - fx) + Double(map[right, bottom]) * fx
      pixels.append(UInt8((above * (1 - fy) + below * fy).rounded()))
    }
  }
  return RawLabelMap(width: width, height: height, ids: pixels)
}

/// The map with each id replaced.
func mapIDs(_ map: RawLabelMap, _ change: (Int) -> Int) -> RawLabelMap {
  let ids = (0..<map.height).flatMap { y in (0..<map.width).map { x in UInt16(change(map[x, y])) } }
  return RawLabelMap(width: map.width, height: map.height, ids: ids)
}

/// Random labels; every class is as likely as void.
func noise(width: Int, height: Int, classCount: Int, seed: UInt64) -> LabelMap {
  var generator = SplitMix64(seed: seed)
  let labels = (0..<width * height).map { _ -> Label in
    let index = Int.random(in: 0...classCount, using: &generator)
    return index == classCount ? .void : .index(index)
  }
  return LabelMap(width: width, height: height, classCount: classCount, labels: labels)
}

/// A label map drawn in characters: digits are classes, a dot is void.
func drawn(_ rows: [String], classCount: Int) -> LabelMap {
  LabelMap(
    width: rows.first?.count ?? 0, height: rows.count, classCount: classCount,
    labels: rows.joined().map { $0.wholeNumberValue.map(Label.index) ?? .void })
}
