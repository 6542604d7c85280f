import Testing

@testable import TesseraTensor

/// The upper half of the bits, rounded to nearest, ties to even.
private func rounded(_ value: Float) -> Float {
  let bits = value.bitPattern
  return Float(bitPattern: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) & 0xffff_0000)
}

@Test("bf16 rounds to nearest, ties to even, in every layout", arguments: [Layout.rows, .channelsLast, .blocked])
func bf16Rounding(layout: Layout) {
  var numbers: [Float] = (0..<210).map { index in
    let integer: Int = index * 37 % 211
    return Float(integer) / 97 - 1
  }
  // A tie below an even and one below an odd number.
  numbers[0] = Float(bitPattern: 0x3f80_8000)
  numbers[1] = Float(bitPattern: 0x3f81_8000)
  let tensor = Tensor([2, 5, 3, 7], numbers).converted(to: layout)
  let halves = tensor.converted(to: .bf16)
  #expect(halves.precision == .bf16)
  #expect(halves.layout == layout)
  #expect(halves.elements == numbers.map(rounded))
  #expect(halves.converted(to: .f32).elements == numbers.map(rounded))
  #expect(tensor.converted(to: .rows, .bf16).elements == numbers.map(rounded))
}

@Test("A tensor that is no map can be stored as bf16 too")
func bf16Vectors() {
  let tensor = Tensor([3], [1, 1.001, -7]).converted(to: .bf16)
  #expect(tensor.elements == [1, 1, -7])
  #expect(tensor.reshaped(to: [3, 1]).precision == .bf16)
}
