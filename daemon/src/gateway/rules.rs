//! What a policy says to the gateway.

use crate::settings::{Images, Mode, Output, Settings};

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// What becomes of personal data in a request.
    pub(crate) mode: Mode,
    /// And of what the model brings up.
    pub(crate) output: Output,
    /// And of what cannot be read.
    pub(crate) images: Images,
    /// Whether the model is told what placeholders are.
    pub(crate) explain: bool,
}

impl Rules {
    /// What the settings say, for policies that say nothing else.
    pub(crate) fn of_settings(settings: &Settings) -> Self {
        let gateway = &settings.gateway;
        let (mode, output, images) = (gateway.mode, gateway.output, gateway.images);
        Self { mode, output, images, explain: gateway.explain }
    }
}

impl Default for Rules {
    fn default() -> Self {
        let (mode, output, images) = (Mode::Mask, Output::Allow, Images::Pass);
        Self { mode, output, images, explain: true }
    }
}

impl Mode {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::Block => "block",
            Self::Observe => "observe",
        }
    }
}

impl Output {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Mask => "mask",
            Self::Block => "block",
        }
    }
}

impl Images {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Refuse => "refuse",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::setting::Value;

    #[test]
    fn what_is_told_can_be_written_again() {
        for mode in [Mode::Mask, Mode::Block, Mode::Observe] {
            assert_eq!(Mode::parse(mode.name()), Ok(mode));
        }
        for output in [Output::Allow, Output::Mask, Output::Block] {
            assert_eq!(Output::parse(output.name()), Ok(output));
        }
        for images in [Images::Pass, Images::Refuse] {
            assert_eq!(Images::parse(images.name()), Ok(images));
        }
    }
}
