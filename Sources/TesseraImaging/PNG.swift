/// Reads and writes PNG files (ISO/IEC 15948), images and label maps alike.
///
/// A label map's values are never scaled, expanded or converted: what the file stores is what arrives.
/// Gamma, colour profiles, transparency and text are ignored; an animated PNG shows its default image.
public enum PNG {}
