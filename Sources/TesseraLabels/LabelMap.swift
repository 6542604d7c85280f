/// One label per pixel: each a class in `0..<classCount`, or void.
///
/// A label map cannot hold anything else: what comes from a file is a ``RawLabelMap`` until a ``LabelSet`` has read it.
public struct LabelMap: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Number of classes; every class index is below it.
  public let classCount: Int

  /// Class indices, row by row from the top; `voidCode` stands for void and never leaves this type.
  let codes: [UInt16]
  static let voidCode = UInt16.max

  /// Most classes that a label map can tell apart.
  ///
  /// It bounds what depends on the square of the number of classes: a ``ConfusionMatrix`` stays below 135 MB.
  public static let maximumClassCount = 4096

  /// Makes a map from labels, row by row from the top.
  ///
  /// - Precondition: `labels.count == width * height`; every class index lies in `0..<classCount`;
  ///   `classCount` lies in `1...maximumClassCount`.
  public init(width: Int, height: Int, classCount: Int, labels: some Sequence<Label>) {
    self.init(
      width: width, height: height, classCount: classCount,
      codes: labels.map { label in
        switch label {
        case .index(let index):
          precondition(
            (0..<classCount).contains(index), "LabelMap: class \(index) outside 0..<\(classCount)")
          return UInt16(index)
        case .void: return Self.voidCode
        }
      })
  }

  /// Makes a map from class indices, row by row from the top, where every pixel has a class.
  ///
  /// - Precondition: `indices.count == width * height` and every index lies in `0..<classCount`.
  public init(width: Int, height: Int, classCount: Int, indices: [UInt16]) {
    precondition(
      indices.allSatisfy { $0 < classCount }, "LabelMap: a class index reaches \(classCount), the number of classes")
    self.init(width: width, height: height, classCount: classCount, codes: indices)
  }

  /// Makes a map from class indices, row by row from the top, among which `void` stands for void pixels.
  ///
  /// - Precondition: `indices.count == width * height`; `void` is no class index, so at least `classCount`; every other
  ///   index lies in `0..<classCount`.
  public init(width: Int, height: Int, classCount: Int, indices: [UInt16], void: UInt16) {
    precondition(Int(void) >= classCount, "LabelMap: \(void) is a class index and cannot stand for void")
    // One look at the largest index after the loop, which stays free of branches.
    var bound = 0
    for index in indices { bound = max(bound, index == void ? 0 : Int(index) + 1) }
    precondition(bound <= classCount, "LabelMap: class \(bound - 1) outside 0..<\(classCount)")
    self.init(
      width: width, height: height, classCount: classCount,
      codes: void == Self.voidCode ? indices : indices.map { $0 == void ? Self.voidCode : $0 })
  }

  /// Makes a map from codes that the caller has checked: below `classCount`, or `voidCode`.
  init(width: Int, height: Int, classCount: Int, codes: [UInt16]) {
    precondition(
      width >= 0 && height >= 0 && codes.count == width * height,
      "LabelMap: \(codes.count) labels for \(width)×\(height) pixels")
    precondition(
      (1...Self.maximumClassCount).contains(classCount), "LabelMap: \(classCount) classes")
    self.width = width
    self.height = height
    self.classCount = classCount
    self.codes = codes
  }

  /// The label at column `x` and row `y`.
  ///
  /// - Precondition: `x` lies in `0..<width` and `y` in `0..<height`.
  public subscript(x: Int, y: Int) -> Label {
    precondition(
      (0..<width).contains(x) && (0..<height).contains(y), "LabelMap: (\(x), \(y)) outside \(width)×\(height)")
    let code = codes[y * width + x]
    return code == Self.voidCode ? .void : .index(Int(code))
  }

  /// Pixels in a row and rows.
  public var size: PixelSize { PixelSize(width: width, height: height) }

  /// The class indices, row by row from the top, with `void` standing for void pixels.
  ///
  /// - Precondition: `void` is no class index.
  public func indices(void: UInt16) -> [UInt16] {
    precondition(Int(void) >= classCount, "LabelMap: \(void) is a class index and cannot stand for void")
    return void == Self.voidCode ? codes : codes.map { $0 == Self.voidCode ? void : $0 }
  }
}
