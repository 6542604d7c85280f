/// "1 pixel holds" or "30 pixels hold".
func pixelsHold(_ count: Int) -> String { count == 1 ? "1 pixel holds" : "\(count) pixels hold" }

/// A share of 1 in per cent with one decimal, such as "31.8 %".
func percentage(_ share: Double) -> String {
  let perMille = Int((share * 1000).rounded())
  return "\(perMille / 10).\(perMille % 10) %"
}
