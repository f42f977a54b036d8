import { t } from '../../i18n';
import { dialog } from '../state';
import { later, laterFailed, NotFetched } from '../ui/later';
import { Cancel, Modal } from '../ui/Modal';

export function Dialogs() {
  const open = dialog.value;
  if (!open) return null;
  const m = later();
  if (!m) {
    return laterFailed() ? (
      <Modal title={t('lab.later-title')}>
        <NotFetched />
        <Cancel />
      </Modal>
    ) : null;
  }
  switch (open) {
    case 'keys':
      return <m.Keys />;
    case 'edit':
      return <m.Edit />;
    case 'forge':
      return <m.Forge />;
    case 'call':
      return <m.Call />;
    case 'host':
      return <m.HostActions />;
    case 'picture':
      return <m.SavePicture />;
    case 'search':
      return <m.Search />;
    case 'way':
      return <m.Way />;
    case 'share':
      return <m.Share />;
    default:
      return null;
  }
}
