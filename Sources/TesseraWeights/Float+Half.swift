extension Float {
  /// The number that the bits of an IEEE half float stand for.
  ///
  /// Moves bits only: a thread that computes treats small numbers as zero in arithmetic.
  init(halfPattern bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1f)
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0x1f: self.init(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    case 0 where fraction == 0: self.init(bitPattern: sign)
    case 0:
      // What has no leading one in a half has one in a float, `shift` places further left.
      let shift = UInt32(fraction.leadingZeroBitCount) - 21
      self.init(bitPattern: sign | (113 - shift) << 23 | (fraction << shift & 0x3ff) << 13)
    default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
